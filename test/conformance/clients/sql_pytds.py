"""The checks by python-tds, which is written in Python alone."""

import pytds
from checks import check, equal, given, raises, run
from sql_checks import PASSWORD, Driver, column_names, register
from sql_product import register_product


class PythonTds(Driver):
    def connect(
        self, user=None, password=None, database=None, ca_file=None, autocommit=True, **options
    ):
        return pytds.connect(
            dsn=given["host"],
            port=given["port"],
            user=user or given["user"],
            password=password or PASSWORD,
            database=database,
            cafile=ca_file or given["caFile"],
            autocommit=autocommit,
            disable_connect_retry=True,
            **options,
        )

    def number(self, error):
        return getattr(error, "msg_no", None)

    def rpc(self, cursor, procedure, values):
        cursor.callproc(procedure, {f"@{name}": value for name, value in values.items()})
        return column_names(cursor), [tuple(row) for row in cursor.fetchall()]


driver = PythonTds()
register_product(driver)
register(driver)


@check
def clear_text():
    """A client that will not encrypt is turned away."""
    error = raises(
        pytds.connect,
        dsn=given["host"],
        port=given["port"],
        user=given["user"],
        password=PASSWORD,
        disable_connect_retry=True,
    )
    assert "encrypt" in str(error).lower(), str(error)


@check
def small_packets():
    """Packets of 512 bytes carry large statements and answers."""
    text = "ü" * 100_000
    with driver.cursor(blocksize=512) as cursor:
        equal(driver.query(cursor, "select ?", (text,)), [(text,)])


@check
def procedures():
    """A procedure called by RPC returns its rows."""
    with driver.cursor() as cursor:
        cursor.callproc("msdb.dbo.rds_task_status", {"@task_id": 0})
        cursor.fetchall()
        assert "task_id" in [column[0] for column in cursor.description]


@check
def messages():
    """PRINT arrives as messages."""
    with driver.cursor() as cursor:
        cursor.execute("print N'one ü'; print 'two'")
        while cursor.nextset():
            pass
        equal([message.args[0] for _, message in cursor.messages], ["one ü", "two"])


@check
def query_timeout():
    """A statement that takes too long is cancelled by attention; the connection goes on."""
    connection = driver.connect(timeout=3)
    cursor = connection.cursor()
    error = raises(driver.query, cursor, "waitfor delay '08:00:00'")
    assert isinstance(error, TimeoutError), repr(error)
    equal(driver.query(cursor, "select 1"), [(1,)])
    connection.close()


@check
def cancelled_mid_stream():
    """Cancelling in the middle of an answer leaves the connection usable."""
    with driver.cursor() as cursor:
        cursor.execute(";".join(["select replicate(N'x', 2000)"] * 3000))
        cursor.fetchone()
        cursor.cancel()
        equal(driver.query(cursor, "select 6"), [(6,)])


@check
def pooling():
    """A pooled connection comes back without the transaction and database of its last user."""
    first = driver.connect(pooling=True)
    cursor = first.cursor()
    driver.query(cursor, "use msdb; begin tran")
    equal(driver.query(cursor, "select db_name(), @@trancount"), [("msdb", 1)])
    spid = driver.query(cursor, "select @@spid")
    first.close()
    second = driver.connect(pooling=True)
    cursor = second.cursor()
    equal(driver.query(cursor, "select @@spid"), spid)
    equal(driver.query(cursor, "select db_name(), @@trancount"), [("master", 0)])
    second.close()


run()
