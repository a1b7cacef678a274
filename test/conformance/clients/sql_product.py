"""Every statement that the product sends, by each Python driver, against what our driver read.

Input besides that of sql_checks.py: {"reading", "restore", "cancellation", "refused"}, statements as
productStatements.ts makes them, and {"rendered": {"name", "text"}}, a restore for people.
"""

from datetime import datetime, timedelta

from checks import check, equal, given, raises
from sql_checks import column_names

#: Columns that no two tasks have in common.
OWN = {"task_id", "created_at", "last_updated", "database_name"}


def as_given(value):
    """A value in the form of the JSON; datetime keeps milliseconds, as our driver does."""
    if isinstance(value, datetime):
        rounded = value + timedelta(microseconds=500)
        return {"datetime": rounded.isoformat(timespec="milliseconds")}
    if value is None or type(value) in (bool, int, str):
        return value
    raise AssertionError(f"{value!r} is a {type(value).__name__}")


def same(actual, expected):
    """1 is not True here."""
    return (type(actual), actual) == (type(expected), expected)


def values_of(statement, **changes):
    return {p["name"]: changes.get(p["name"], p["value"]) for p in statement["parameters"]}


def run_text(driver, cursor, statement, values):
    """As text with parameters in the driver's own way; columns and rows."""
    if statement["kind"] == "query":
        rows = driver.query(cursor, statement["text"])
    else:
        arguments = ", ".join(f"@{name}=?" for name in values)
        text = f"exec {statement['procedure']} {arguments}"
        rows = driver.query(cursor, text, tuple(values.values()))
    return column_names(cursor), rows


def run_rendered(driver, cursor, rendered):
    """As the text that the product shows to people, with nothing bound."""
    rows = driver.query(cursor, rendered)
    # Declarations come before the call and have no rows.
    while not cursor.description and cursor.nextset():
        rows = [tuple(row) for row in cursor.fetchall()]
    return column_names(cursor), rows


def register_product(driver):
    """Registers the checks for one driver."""

    def ways(statement):
        """How the driver can send a statement; each returns columns and rows."""
        yield lambda cursor, values: run_text(driver, cursor, statement, values)
        if statement["kind"] == "procedure" and driver.rpc:
            yield lambda cursor, values: driver.rpc(cursor, statement["procedure"], values)

    def compare(expected, columns, rows):
        equal(columns, expected["columns"])
        equal(len(rows), len(expected["rows"]))
        for row, wanted in zip(rows, expected["rows"]):
            for name, value, other in zip(columns, map(as_given, row), wanted):
                assert same(value, other), f"{name}: got {value!r}, our driver {other!r}"

    @check
    def same_rows():
        """What the product reads is read as by our driver, value by value and type by type."""
        for one in given["reading"]:
            assert one["rows"], one
            with driver.cursor() as cursor:
                for way in ways(one["statement"]):
                    compare(one, *way(cursor, values_of(one["statement"])))
                compare(one, *run_rendered(driver, cursor, one["rendered"]))

    @check
    def same_restore():
        """A restore with every parameter is queued as by our driver, and cancelled."""
        expected, cancellation = given["restore"], given["cancellation"]["statement"]
        statement = expected["statement"]
        for number, way in enumerate(ways(statement)):
            name = f"{type(driver).__name__} {number} Größe $(x) 'a'"
            with driver.cursor() as cursor:
                columns, rows = way(cursor, values_of(statement, restore_db_name=name))
                row = submitted(expected, columns, rows, name)
                values = values_of(cancellation, task_id=row["task_id"])
                columns, rows = run_text(driver, cursor, cancellation, values)
                submitted(given["cancellation"], columns, rows, name)
        with driver.cursor() as cursor:
            columns, rows = run_rendered(driver, cursor, given["rendered"]["text"])
            row = submitted(expected, columns, rows, given["rendered"]["name"])
            run_text(driver, cursor, cancellation, values_of(cancellation, task_id=row["task_id"]))

    def submitted(expected, columns, rows, name):
        """The one row about a task, like the one that our driver got for another."""
        equal(columns, expected["columns"])
        equal(len(rows), 1)
        row = dict(zip(columns, rows[0]))
        for column, value, other in zip(columns, map(as_given, rows[0]), expected["rows"][0]):
            like = type(value) is type(other) if column in OWN else same(value, other)
            assert like, f"{column}: got {value!r}, our driver {other!r}"
        equal(row["database_name"], name)
        return row

    @check
    def same_refusals():
        """What SQL Server refuses fails with the number and text that our driver gets."""
        for refusal in given["refused"]:
            for way in ways(refusal["statement"]):
                with driver.cursor() as cursor:
                    error = raises(way, cursor, values_of(refusal["statement"]))
                    shown = str(error)
                    place = f"{refusal['statement']}: {shown}"
                    assert any(text in shown for text in refusal["text"].split("|")), place
                    if driver.number(error) is not None:
                        assert driver.number(error) in refusal["numbers"], place
                    equal(driver.query(cursor, "select 1"), [(1,)])
