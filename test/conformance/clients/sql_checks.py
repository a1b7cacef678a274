"""Checks that every Python driver of SQL Server must pass, each in its own dialect.

Input: {"host", "port", "user", "caFile", "otherCaFile", "folder": for files of the check,
"backup": {"s3Arn", "kmsKeyArn"}}; the password is in RDS_SQL_PASSWORD.
"""

import os
import time
import uuid
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal

from checks import check, equal, given, raises

PASSWORD = os.environ["RDS_SQL_PASSWORD"]

#: T-SQL expression -> what Python should get.
VALUES = {
    "CAST(255 AS tinyint)": 255,
    "CAST(-32768 AS smallint)": -32768,
    "CAST(-2147483648 AS int)": -2147483648,
    "CAST(9223372036854775807 AS bigint)": 9223372036854775807,
    "CAST(1 AS bit)": True,
    "CAST(-1.5 AS float)": -1.5,
    "CAST(0.25 AS real)": 0.25,
    "CAST(-1234567.89 AS decimal(9,2))": Decimal("-1234567.89"),
    "CAST('1234567890123456789012345678.0123456789' AS numeric(38,10))": Decimal(
        "1234567890123456789012345678.0123456789"
    ),
    "CAST(-12.3456 AS money)": Decimal("-12.3456"),
    "N'hé 日本 😀'": "hé 日本 😀",
    "N''": "",
    "CAST(N'ab' AS nvarchar(max))": "ab",
    "CAST('café' AS varchar(20))": "café",
    "CAST('café' AS varchar(max))": "café",
    "CAST('€ “x” – Ž' AS varchar(20))": "€ “x” – Ž",
    "CAST(0x00ff10 AS varbinary(10))": b"\x00\xff\x10",
    "CAST(0x00ff10 AS varbinary(max))": b"\x00\xff\x10",
    "CAST('01234567-89ab-cdef-0123-456789abcdef' AS uniqueidentifier)": uuid.UUID(
        "01234567-89ab-cdef-0123-456789abcdef"
    ),
    "CAST('2026-02-28T13:14:15.123' AS datetime)": datetime(2026, 2, 28, 13, 14, 15, 123000),
    "CAST('2026-02-28' AS date)": date(2026, 2, 28),
    "CAST('2026-02-28T13:14:15.123' AS datetime2(7))": datetime(2026, 2, 28, 13, 14, 15, 123000),
    "CAST('2026-02-28T13:14:15.123' AS datetime2(3))": datetime(2026, 2, 28, 13, 14, 15, 123000),
    "CAST('2026-02-28T13:14:15' AS datetime2(0))": datetime(2026, 2, 28, 13, 14, 15),
}

NULLS = [
    *("bit", "tinyint", "smallint", "int", "bigint", "real", "float", "money", "decimal(9,2)"),
    *("nvarchar(50)", "nvarchar(max)", "varchar(20)", "varchar(max)", "varbinary(10)"),
    *("varbinary(max)", "uniqueidentifier", "datetime", "date", "datetime2(3)", "sql_variant"),
]


class Driver:
    """What differs between the drivers."""

    #: How a parameter is written.
    mark = "%s"
    #: Types of VALUES that this driver hands out in a form of its own.
    own_values = {}
    #: Calls a procedure by RPC with values by name; columns and rows. None where it cannot be done.
    rpc = None

    def connect(self, **changes):
        """A connection; changes: user, password, database, ca_file, autocommit."""
        raise NotImplementedError

    def number(self, error):
        """SQL Server's number of an error; None where the driver does not tell."""
        raise NotImplementedError

    def refused_certificate(self, error):
        """Whether the connection failed because of the server's certificate."""
        return "certificate verify failed" in str(error)

    @contextmanager
    def cursor(self, **changes):
        connection = self.connect(autocommit=True, **changes)
        try:
            yield connection.cursor()
        finally:
            connection.close()

    def fails(self, cursor, statement, number, text, parameters=()):
        error = raises(self.query, cursor, statement, parameters)
        assert text in str(error), str(error)
        if self.number(error) is not None:
            equal(self.number(error), number)

    def query(self, cursor, statement, parameters=()):
        """All rows of the first result set, as tuples."""
        if parameters:
            cursor.execute(statement.replace("?", self.mark), parameters)
        else:
            cursor.execute(statement)
        # pymssql complains of fetching where there are no columns; the others return nothing.
        return [tuple(row) for row in cursor.fetchall()] if cursor.description else []


def column_names(cursor):
    return [column[0] for column in cursor.description or ()]


def wait_for_task(driver, cursor, task_id):
    """Polls the task by its id until it ends; the last row by column name."""
    deadline = time.monotonic() + 30
    while True:
        rows = driver.query(cursor, "exec msdb.dbo.rds_task_status @task_id=?", (task_id,))
        equal(len(rows), 1)
        row = dict(zip(column_names(cursor), rows[0]))
        if row["lifecycle"] in ("SUCCESS", "ERROR", "CANCELLED"):
            return row
        assert time.monotonic() < deadline, f"still {row['lifecycle']}: {row['task_info']}"
        time.sleep(0.2)


RESTORE = (
    "exec msdb.dbo.rds_restore_database @restore_db_name=?, @s3_arn_to_restore_from=?, "
    "@kms_master_key_arn=?"
)


def restore_parameters(name):
    return (name, given["backup"]["s3Arn"], given["backup"]["kmsKeyArn"])


def register(driver):
    """Registers the checks for one driver."""

    @check
    def trusted():
        """A server whose certificate the CA file signed is trusted by the name localhost."""
        with driver.cursor() as cursor:
            equal(driver.query(cursor, "select 1"), [(1,)])

    @check
    def mistrusted():
        """A certificate of another CA is refused."""
        error = raises(driver.connect, ca_file=given["otherCaFile"])
        assert driver.refused_certificate(error), str(error)

    @check
    def bad_logins():
        """A wrong password, an unknown user and an unknown database are told by their numbers."""
        texts = {
            "password": f"Login failed for user '{given['user']}'",
            "user": "Login failed for user 'nobody'",
        }
        for field, text in texts.items():
            error = raises(driver.connect, **{field: "nobody"})
            assert driver.number(error) == 18456 or text in str(error), str(error)
        error = raises(driver.connect, database="no such database")
        # Two errors come, 4060 and 18456; drivers show the first or the last.
        shown = driver.number(error) in (4060, 18456)
        assert shown or "no such database" in str(error) or "Login failed" in str(error), str(error)

    @check
    def values():
        """Every type arrives as its value."""
        expected = {**VALUES, **driver.own_values}
        with driver.cursor() as cursor:
            row = driver.query(
                cursor, "select " + ", ".join(f"{e} as c{i}" for i, e in enumerate(expected))
            )[0]
        wrong = [
            f"{expression}: got {value!r}, expected {wanted!r}"
            for (expression, wanted), value in zip(expected.items(), row)
            if (type(value), value) != (type(wanted), wanted)
        ]
        assert not wrong, "\n".join(wrong)

    @check
    def nulls():
        """Every type can be NULL."""
        with driver.cursor() as cursor:
            row = driver.query(
                cursor,
                "select "
                + ", ".join(f"cast(null as {name}) as c{i}" for i, name in enumerate(NULLS)),
            )[0]
        equal(row, (None,) * len(NULLS))

    @check
    def parameters():
        """Parameters arrive as they were sent, whatever they contain."""
        sent = ("it's 'quoted'; -- drop", "日本 😀", 0, 2**31, -(2**40), 1.25, None, True, "")
        with driver.cursor() as cursor:
            row = driver.query(
                cursor, "select " + ", ".join(f"? as c{i}" for i in range(len(sent))), sent
            )[0]
        equal(tuple(row), sent)

    @check
    def big_values():
        """A million characters pass in both directions."""
        text = "aé日😀" * 250_000
        with driver.cursor() as cursor:
            row = driver.query(cursor, "select ? as back, datalength(?) as bytes", (text, text))[0]
        equal(row[0] == text, True)
        equal(row[1], len(text.encode("utf-16-le")))

    @check
    def several_results():
        """A batch may answer with several result sets and an empty one."""
        with driver.cursor() as cursor:
            cursor.execute(
                "select 1 as a; select name from sys.databases where name = 'none'; "
                "select 2 as b, 3 as c"
            )
            equal([tuple(row) for row in cursor.fetchall()], [(1,)])
            assert cursor.nextset()
            equal((column_names(cursor), [tuple(row) for row in cursor.fetchall()]), (["name"], []))
            assert cursor.nextset()
            equal(
                (column_names(cursor), [tuple(row) for row in cursor.fetchall()]),
                (["b", "c"], [(2, 3)]),
            )
            assert not cursor.nextset()

    @check
    def errors():
        """Errors carry the server's number and text, and the connection goes on after them."""
        with driver.cursor() as cursor:
            driver.fails(cursor, "select 1 from", 102, "Incorrect syntax near")
            driver.fails(
                cursor,
                "exec dbo.no_such_procedure",
                2812,
                "Could not find stored procedure 'dbo.no_such_procedure'",
            )
            driver.fails(
                cursor, "select * from no_such_table", 208, "Invalid object name 'no_such_table'"
            )
            driver.fails(cursor, "select 1/0", 8134, "Divide by zero error encountered")
            driver.fails(cursor, "raiserror('made up', 16, 1)", 50000, "made up")
            driver.fails(
                cursor,
                "exec msdb.dbo.rds_restore_database @restore_db_name=?",
                201,
                "expects parameter",
                ("x",),
            )
            equal(driver.query(cursor, "select 1"), [(1,)])

    @check
    def error_after_rows():
        """An error after rows is not lost."""
        with driver.cursor() as cursor:

            def read_all():
                cursor.execute("select 1 as a; raiserror('too late', 16, 1)")
                rows = cursor.fetchall()
                while cursor.nextset():
                    pass
                return rows

            assert "too late" in str(raises(read_all))
            equal(driver.query(cursor, "select 2"), [(2,)])

    @check
    def no_restore_in_transaction():
        """Without autocommit a restore is refused because a transaction is open."""
        connection = driver.connect(autocommit=False)
        try:
            cursor = connection.cursor()
            equal(driver.query(cursor, "select @@trancount"), [(1,)])
            driver.fails(
                cursor, RESTORE, 3021, "within a transaction", restore_parameters("in_transaction")
            )
            connection.rollback()
            driver.query(cursor, "select 1")
            connection.commit()
        finally:
            connection.close()
        with driver.cursor() as cursor:
            equal(driver.query(cursor, "select @@trancount"), [(0,)])
            equal(
                driver.query(
                    cursor, "select name from sys.databases where name = 'in_transaction'"
                ),
                [],
            )

    @check
    def restore():
        """An encrypted backup is restored from the first statement to SUCCESS."""
        name = f"{type(driver).__name__}_restored"
        with driver.cursor() as cursor:
            rows = driver.query(cursor, RESTORE, restore_parameters(name))
            first = dict(zip(column_names(cursor), rows[0]))
            task = wait_for_task(driver, cursor, first["task_id"])
            equal((task["lifecycle"], task["% complete"]), ("SUCCESS", 100))
            assert "Command execution completed successfully." in task["task_info"], task[
                "task_info"
            ]
            equal((task["database_name"], task["task_type"]), (name, "RESTORE_DB"))
            state = driver.query(
                cursor, "select state_desc from sys.databases where name = ?", (name,)
            )
            equal(state, [("ONLINE",)])
            again = raises(driver.query, cursor, RESTORE, restore_parameters(name.upper()))
            assert "already exists" in str(again), str(again)

    @check
    def unread_rows():
        """Leaving rows unread does not harm the next statement."""
        statement = ";".join(["select replicate(N'x', 2000) as filler"] * 2000)
        with driver.cursor() as cursor:
            cursor.execute(statement)
            equal(len(cursor.fetchone()[0]), 2000)
            equal(driver.query(cursor, "select 5"), [(5,)])

    @check
    def many_connections():
        """Connections come and go one after another."""
        for number in range(12):
            with driver.cursor() as cursor:
                equal(driver.query(cursor, "select ? + 1", (number,)), [(number + 1,)])
