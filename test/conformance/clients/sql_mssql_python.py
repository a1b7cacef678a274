"""The checks by mssql-python, which is Microsoft's ODBC driver."""

import os

from checks import check, equal, given, raises, run

# The only place where the driver looks for authorities on Linux.
os.environ["SSL_CERT_FILE"] = given["caFile"]

import mssql_python  # noqa: E402
from sql_checks import PASSWORD, Driver, register  # noqa: E402
from sql_product import register_product  # noqa: E402


class MssqlPython(Driver):
    mark = "?"

    def connect(
        self, user=None, password=None, database=None, ca_file=None, autocommit=True, **options
    ):
        os.environ["SSL_CERT_FILE"] = ca_file or given["caFile"]
        if ca_file:
            # Text that differs keeps the driver from taking a connection of its pool.
            options["PacketSize"] = 8192
        settings = {
            "Server": f"{given['host']},{given['port']}",
            "UID": user or given["user"],
            "PWD": "{" + (password or PASSWORD).replace("}", "}}") + "}",
            **({"Database": database} if database else {}),
            "Encrypt": "yes",
            **options,
        }
        text = ";".join(f"{key}={value}" for key, value in settings.items())
        return mssql_python.connect(text, autocommit=autocommit, timeout=15)

    def number(self, error):
        return None


driver = MssqlPython()
register_product(driver)
register(driver)


@check
def small_packets():
    """Packets of 512 bytes carry large statements and answers."""
    text = "ü" * 100_000
    with driver.cursor(PacketSize=512) as cursor:
        equal(driver.query(cursor, "select ?", (text,)), [(text,)])


@check
def strict():
    """TLS comes first under strict encryption (TDS 8.0)."""
    with driver.cursor(Encrypt="strict") as cursor:
        equal(driver.query(cursor, "select 1"), [(1,)])


@check
def prepared():
    """A prepared statement runs again with other values."""
    with driver.cursor() as cursor:
        for number in range(5):
            equal(driver.query(cursor, "select ? * 2", (number,)), [(number * 2,)])


@check
def many_at_once():
    """Several calls travel in one message and all of them run, in order."""
    setting = "S3 backup compression"
    with driver.cursor() as cursor:
        for values in (["false", "false", "true"], ["true", "true", "false"]):
            cursor.executemany(
                "exec rdsadmin.dbo.rds_set_configuration ?, ?", [(setting, v) for v in values]
            )
            shown = driver.query(cursor, "exec rdsadmin.dbo.rds_show_configuration ?", (setting,))
            assert values[-1] in str(shown), shown


@check
def procedures():
    """A procedure called in ODBC's way returns its rows."""
    with driver.cursor() as cursor:
        cursor.execute("{call msdb.dbo.rds_task_status(?, ?)}", ("", 0))
        cursor.fetchall()
        assert "task_id" in [column[0] for column in cursor.description]


@check
def query_timeout():
    """A statement that takes too long is cancelled by attention; the connection goes on."""
    connection = driver.connect()
    connection.timeout = 3
    error = raises(driver.query, connection.cursor(), "waitfor delay '08:00:00'")
    assert "timeout" in str(error).lower(), str(error)
    equal(driver.query(connection.cursor(), "select 1"), [(1,)])
    connection.close()


@check
def pooling():
    """A pooled connection comes back without the transaction and database of its last user."""
    first = driver.connect(autocommit=False)
    cursor = first.cursor()
    driver.query(cursor, "use msdb")
    equal(driver.query(cursor, "select db_name(), @@trancount"), [("msdb", 1)])
    first.close()
    with driver.cursor() as cursor:
        equal(driver.query(cursor, "select db_name(), @@trancount"), [("master", 0)])


run()
