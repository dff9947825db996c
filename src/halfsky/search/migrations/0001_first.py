"""The entries, and the full-text index that each database has for them.

SQLite: an FTS5 table over the entries' tokens, kept by three triggers. A later migration that
alters `search_searchentry` on SQLite drops the triggers with the old table: make them anew there.

PostgreSQL: one GIN index over the tokens and the era of the id (4,096 ids each), and a function
that looks for the newest hits from the newest era backwards.
"""

from django.db import migrations, models

import halfsky.search.models

SQLITE = (
    """
    CREATE VIRTUAL TABLE search_fts USING fts5(
        tokens, content='search_searchentry', content_rowid='id', columnsize=0,
        tokenize="ascii tokenchars '=@._-|'"
    )
    """,
    """
    CREATE TRIGGER search_fts_insert AFTER INSERT ON search_searchentry BEGIN
        INSERT INTO search_fts(rowid, tokens) VALUES (new.id, new.tokens);
    END
    """,
    """
    CREATE TRIGGER search_fts_delete AFTER DELETE ON search_searchentry BEGIN
        INSERT INTO search_fts(search_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens);
    END
    """,
    """
    CREATE TRIGGER search_fts_update AFTER UPDATE ON search_searchentry
    WHEN old.tokens <> new.tokens OR old.id <> new.id BEGIN
        INSERT INTO search_fts(search_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens);
        INSERT INTO search_fts(rowid, tokens) VALUES (new.id, new.tokens);
    END
    """,
)
SQLITE_BACK = (
    "DROP TRIGGER search_fts_insert",
    "DROP TRIGGER search_fts_delete",
    "DROP TRIGGER search_fts_update",
    "DROP TABLE search_fts",
)

# A bitmap scan gives hits in the order of the table, so that a word in half of a million entries
# would be fetched half a million times before the newest twenty are known; a walk back along the
# ids would pass a million rows for a word that nobody used. So: first a short walk along the newest
# ids. Then a window of eras, all of them to begin with: where a sample says that its hits are few,
# the index gives them all at once; where they are many, the window is halved, down to one era, which
# is walked. No planner's estimate of a phrase is relied on: hence the settings, and `id + 0`, which
# keeps the primary key's index out of it.
POSTGRESQL = (
    "ALTER TABLE search_searchentry ADD COLUMN era integer[] "
    "GENERATED ALWAYS AS (ARRAY[(id >> 12)::integer]) STORED",
    "CREATE INDEX search_tokens ON search_searchentry USING gin (tokens, era) "
    "WITH (gin_pending_list_limit = 256)",
    """
    CREATE FUNCTION search_newest(query tsquery, below bigint, wanted integer)
    RETURNS SETOF bigint LANGUAGE plpgsql STABLE
    SET enable_seqscan = off SET jit = off SET max_parallel_workers_per_gather = 0 AS $$
    DECLARE
        many CONSTANT bigint := 1000;  -- hits; more are not fetched to be sorted
        lowest bigint;
        upper_id bigint;
        lower_id bigint;
        walks boolean := true;
        newest_era integer;
        oldest_era integer;
        eras integer;
        number bigint;
        hits bigint[];
    BEGIN
        SELECT least(max(id) + 1, below), min(id) INTO upper_id, lowest FROM search_searchentry;
        IF lowest IS NULL THEN  -- nothing is indexed; least() passes over the NULL beside it
            RETURN;
        END IF;
        lower_id := upper_id - 1024;
        eras := (upper_id >> 12)::integer + 1;
        WHILE wanted > 0 AND upper_id > lowest LOOP
            IF walks THEN
                RETURN QUERY SELECT entry.id FROM (
                    SELECT id, tokens FROM search_searchentry
                    WHERE id >= lower_id AND id < upper_id ORDER BY id DESC OFFSET 0
                ) entry WHERE entry.tokens @@ query LIMIT wanted;
                GET DIAGNOSTICS number = ROW_COUNT;
                wanted := wanted - number;
                upper_id := lower_id;
                walks := false;
                CONTINUE;
            END IF;

            newest_era := ((upper_id - 1) >> 12)::integer;
            oldest_era := greatest(newest_era - eras + 1, 0);
            lower_id := greatest(oldest_era::bigint << 12, lowest);
            -- eight samples of 64 neighbours each
            SELECT count(*) INTO number FROM generate_series(0, 7) part, LATERAL (
                SELECT tokens FROM search_searchentry
                WHERE id >= lower_id + part * ((upper_id - lower_id) / 8) AND id < upper_id
                ORDER BY id LIMIT 64
            ) sample WHERE sample.tokens @@ query;
            IF number * (upper_id - lower_id) / 512 <= many THEN
                IF lower_id = lowest THEN
                    hits := ARRAY(
                        SELECT id FROM search_searchentry
                        WHERE tokens @@ query AND id + 0 < upper_id LIMIT many + 1
                    );
                ELSE
                    hits := ARRAY(
                        SELECT id FROM search_searchentry
                        WHERE tokens @@ query AND id + 0 < upper_id
                        AND era && ARRAY(SELECT generate_series(oldest_era, newest_era))
                        LIMIT many + 1
                    );
                END IF;
                IF cardinality(hits) <= many THEN
                    RETURN QUERY SELECT hit FROM unnest(hits) hit ORDER BY hit DESC LIMIT wanted;
                    wanted := wanted - cardinality(hits);
                    upper_id := lower_id;
                    eras := eras * 2;
                    CONTINUE;
                END IF;
            END IF;
            IF oldest_era < newest_era THEN
                eras := (newest_era - oldest_era + 1) / 2;
            ELSE
                walks := true;
            END IF;
        END LOOP;
    END
    $$
    """,
)
POSTGRESQL_BACK = (
    "DROP FUNCTION search_newest(tsquery, bigint, integer)",
    "DROP INDEX search_tokens",
    "ALTER TABLE search_searchentry DROP COLUMN era",
)


def run(schema_editor, sqlite, postgresql):
    statements = {"sqlite": sqlite, "postgresql": postgresql}
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def forwards(apps, schema_editor):
    run(schema_editor, SQLITE, POSTGRESQL)


def backwards(apps, schema_editor):
    run(schema_editor, SQLITE_BACK, POSTGRESQL_BACK)


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                ("object_id", models.BigIntegerField()),
                ("title", models.CharField(max_length=300, verbose_name="标题")),
                ("body", models.TextField(blank=True, verbose_name="正文")),
                ("url", models.CharField(max_length=500)),
                ("unit_path", models.CharField(max_length=255)),
                ("dated", models.DateField(null=True, verbose_name="日期")),
                ("tokens", halfsky.search.models.TokensField()),
            ],
            options={
                "indexes": [models.Index(fields=["unit_path"], name="search_unit_path")],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "object_id"), name="search_object_once")
                ],
            },
        ),
        migrations.RunPython(forwards, backwards),
    ]
