"""Runs queries in Athena's SQL over an archive. sqlglot parses and translates them, DuckDB executes them.

Reads a request as JSON: the folder, the table's columns, the view's query, and the queries by name. Prints their rows.
"""

import json
import sys
from pathlib import Path

import duckdb
import sqlglot


def translate(query):
    [statement] = sqlglot.transpile(
        query, read="athena", write="duckdb", error_level=sqlglot.ErrorLevel.RAISE
    )
    return statement


def rows(database, query):
    result = database.execute(query)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row)) for row in result.fetchall()]


request = json.load(sys.stdin)
# Like Athena, which ignores objects whose names begin with an underscore, but reads manifests and checksums.
files = [
    str(path)
    for path in Path(request["folder"]).rglob("*")
    if path.is_file() and not path.name.startswith("_")
]
database = duckdb.connect()
database.execute("SET TimeZone = 'Asia/Kolkata'")
database.execute(
    "CREATE TABLE exports AS SELECT * FROM read_json(?, format = 'newline_delimited', ignore_errors = true,"
    f" columns = {request['columns']}, hive_partitioning = true, hive_types = {{'day': 'VARCHAR'}})",
    [files],
)
database.execute(f"CREATE VIEW timestamps AS {translate(request['view'])}")
json.dump(
    {name: rows(database, translate(query)) for name, query in request["queries"].items()},
    sys.stdout,
)
