SELECT
  "r"."id",
  "r"."quantity",
  "r"."at",
  "r"."ormolu:system:_row_id",
  "r"."ormolu:system:_load_id",
  "r"."ormolu:n",
  "r"."ormolu:delete",
  "r"."ormolu:quarantine_id",
  "r"."ormolu:rule:1",
  CASE WHEN (
    "r"."ormolu:rule:1"
  ) THEN "r"."ormolu:raw" END AS "ormolu:raw",
  CASE
    WHEN (
      "r"."ormolu:rule:1"
    )
    THEN MD5(
      CONCAT(
        CASE
          WHEN CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'id') AS TEXT) IS NULL
          THEN '-'
          ELSE LENGTH(CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'id') AS TEXT)) || ':' || CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'id') AS TEXT)
        END,
        CASE
          WHEN CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'quantity') AS TEXT) IS NULL
          THEN '-'
          ELSE LENGTH(CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'quantity') AS TEXT)) || ':' || CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'quantity') AS TEXT)
        END,
        CASE
          WHEN CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'at') AS TEXT) IS NULL
          THEN '-'
          ELSE LENGTH(CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'at') AS TEXT)) || ':' || CAST(STRUCT_EXTRACT("r"."ormolu:raw", 'at') AS TEXT)
        END
      )
    )
  END AS "ormolu:raw_hash",
  LIST_FILTER(
    [CASE WHEN "r"."ormolu:rule:1" THEN 'quantity_check' END],
    LAMBDA x : NOT x IS NULL
  ) AS "ormolu:broken"
FROM (
  SELECT
    "r".*,
    NOT (
      "r"."ormolu:delete"
    )
    AND (
      CASE
        WHEN TRY({'v': (
          CAST(PG_TEXT_TO_INTEGER("r"."quantity", 'integer') AS INT) > 0
        )}) IS NULL
        THEN TRUE
        ELSE COALESCE(
          NOT (
            TRY({'v': (
              CAST(PG_TEXT_TO_INTEGER("r"."quantity", 'integer') AS INT) > 0
            )})
          ).v,
          FALSE
        )
      END
    ) AS "ormolu:rule:1"
  FROM (
    SELECT
      "r".*,
      FALSE AS "ormolu:delete"
    FROM (
      SELECT
        "r"."id" AS "id",
        "r"."quantity" AS "quantity",
        "r"."at" AS "at",
        "r"."ormolu:system:_row_id" AS "ormolu:system:_row_id",
        "r"."ormolu:system:_load_id" AS "ormolu:system:_load_id",
        "r"."ormolu:system:_row_id" AS "_row_id",
        "r"."ormolu:system:_load_id" AS "_load_id",
        {'id': "r"."id", 'quantity': "r"."quantity", 'at': "r"."at", 'ormolu:system:_row_id': "r"."ormolu:system:_row_id", 'ormolu:system:_load_id': "r"."ormolu:system:_load_id"} AS "ormolu:raw",
        "r"."ormolu:quarantine_id" AS "ormolu:quarantine_id",
        ROW_NUMBER() OVER () AS "ormolu:n"
      FROM (
        SELECT
          i.*,
          CAST(NULL AS BIGINT) AS "ormolu:quarantine_id"
        FROM (
          SELECT
            *
          FROM input
        ) AS i
      ) AS r
    ) AS r
  ) AS r
) AS r;
