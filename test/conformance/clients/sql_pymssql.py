"""The checks by pymssql, which is FreeTDS's DB-Library."""

import os
import uuid
from pathlib import Path

from checks import check, equal, given, raises, run

#: FreeTDS takes TLS settings from its configuration file alone, by the name of a section.
SECTIONS = {
    "trusted": "ca file = {caFile}",
    "mistrusted": "ca file = {otherCaFile}",
    "renamed": "ca file = {caFile}\n certificate hostname = other.example",
    "small": "ca file = {caFile}\n initial block size = 512",
    "strict": "ca file = {caFile}\n encryption = strict",
}
configuration = Path(given["folder"], "freetds.conf")
configuration.write_text(
    "".join(
        f"[{name}]\n host = {given['host']}\n port = {given['port']}\n tds version = 7.4\n"
        f" encryption = require\n check certificate hostname = yes\n {settings.format(**given)}\n"
        for name, settings in SECTIONS.items()
    )
)
os.environ["FREETDSCONF"] = str(configuration)

import pymssql  # noqa: E402  reads FREETDSCONF
from pymssql import _mssql  # noqa: E402
from sql_checks import PASSWORD, VALUES, Driver, register  # noqa: E402
from sql_product import register_product  # noqa: E402


class Pymssql(Driver):
    own_values = {
        expression: value for expression, value in VALUES.items() if not isinstance(value, float)
    }

    def connect(
        self,
        user=None,
        password=None,
        database="",
        ca_file=None,
        autocommit=True,
        section="trusted",
    ):
        return pymssql.connect(
            server="mistrusted" if ca_file else section,
            # Or it would put its own default in place of the section's.
            port=given["port"],
            user=user or given["user"],
            password=password or PASSWORD,
            database=database,
            autocommit=autocommit,
            login_timeout=15,
            timeout=30,
        )

    def refused_certificate(self, error):
        # A failed connection (20002; 20009 where nobody listens) without a word from the server
        # (20018). The number itself may be that of an earlier failure.
        return "20002" in str(error) and "20018" not in str(error)

    def number(self, error):
        number = error.args[0]
        return number if isinstance(number, int) else number[0]

    def rpc(self, cursor, procedure, values):
        types = {bool: _mssql.SQLBIT, int: _mssql.SQLINT4, str: _mssql.SQLVARCHAR}
        connection = cursor.connection._conn
        call = connection.init_procedure(procedure)
        for name, value in values.items():
            call.bind(value, types[type(value)], f"@{name}")
        call.execute()
        columns = [column[0] for column in connection.get_header() or ()]
        # Each row has its values by position and once more by name.
        return columns, [tuple(row[i] for i in range(len(columns))) for row in connection]


driver = Pymssql()
register_product(driver)
register(driver)


@check
def wrong_name():
    """A certificate for another name is refused."""
    error = raises(driver.connect, section="renamed")
    assert driver.refused_certificate(error), str(error)


@check
def small_packets():
    """Packets of 512 bytes carry large statements and answers."""
    text = "ü" * 100_000
    with driver.cursor(section="small") as cursor:
        equal(driver.query(cursor, "select ?", (text,)), [(text,)])


@check
def strict():
    """TLS comes first under strict encryption (TDS 8.0)."""
    with driver.cursor(section="strict") as cursor:
        equal(driver.query(cursor, "select 1"), [(1,)])


@check
def procedures():
    """A procedure called by RPC returns its rows."""
    with driver.cursor() as cursor:
        cursor.callproc("msdb.dbo.rds_task_status", (None, 0))
        cursor.fetchall()
        assert "task_id" in [column[0] for column in cursor.description]


@check
def messages():
    """PRINT arrives as messages, never as errors."""
    connection = driver.connect(autocommit=True)
    seen = []
    connection._conn.set_msghandler(
        lambda state, severity, server, procedure, line, text: seen.append(
            (severity, text.decode())
        )
    )
    cursor = connection.cursor()
    cursor.execute("print N'one ü'; print 'two'")
    while cursor.nextset():
        pass
    equal(seen, [(0, "one ü"), (0, "two")])
    connection.close()


@check
def transactions():
    """BEGIN, COMMIT and ROLLBACK TRAN nest as @@TRANCOUNT says."""
    with driver.cursor() as cursor:
        counts = []
        for statement in ("begin tran", "begin tran", "commit tran", "rollback tran"):
            cursor.execute(statement)
            counts += driver.query(cursor, "select @@trancount")[0]
        equal(counts, [1, 2, 1, 0])


run()
