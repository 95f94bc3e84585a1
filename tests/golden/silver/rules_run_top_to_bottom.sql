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
  "r"."ormolu:rule:2",
  "r"."ormolu:rule:3",
  "r"."ormolu:rule:4",
  "r"."ormolu:exact:4",
  CASE
    WHEN (
      "r"."ormolu:rule:1"
    )
    OR (
      "r"."ormolu:rule:2"
    )
    OR (
      "r"."ormolu:rule:3"
    )
    OR (
      "r"."ormolu:rule:4"
    )
    THEN "r"."ormolu:raw"
  END AS "ormolu:raw",
  CASE
    WHEN (
      "r"."ormolu:rule:1"
    )
    OR (
      "r"."ormolu:rule:2"
    )
    OR (
      "r"."ormolu:rule:3"
    )
    OR (
      "r"."ormolu:rule:4"
    )
    THEN "r"."ormolu:raw_hash"
  END AS "ormolu:raw_hash",
  LIST_FILTER(
    [
      CASE WHEN "r"."ormolu:rule:1" THEN 'set_id' END,
      CASE WHEN "r"."ormolu:rule:2" THEN 'id_not_null' END,
      CASE WHEN "r"."ormolu:rule:3" THEN 'id_key' END,
      CASE WHEN "r"."ormolu:rule:4" THEN 'duplicate' END
    ],
    LAMBDA x : NOT x IS NULL
  ) AS "ormolu:broken"
FROM (
  SELECT
    "r".*,
    (
      NOT (
        (
          "r"."ormolu:delete"
        )
        OR (
          "r"."ormolu:rule:1"
        )
        OR (
          "r"."ormolu:rule:2"
        )
        OR (
          "r"."ormolu:rule:3"
        )
      )
      AND (
        (
          NOT "r"."id" IS NULL
        )
      )
    )
    AND (
      "r"."ormolu:place:4" > 1
    )
    AND (
      "r"."ormolu:raw_hash" = "r"."ormolu:kept:4"
    ) AS "ormolu:exact:4",
    NOT (
      "r"."ormolu:delete"
    )
    AND (
      (
        NOT (
          (
            "r"."ormolu:delete"
          )
          OR (
            "r"."ormolu:rule:1"
          )
          OR (
            "r"."ormolu:rule:2"
          )
          OR (
            "r"."ormolu:rule:3"
          )
        )
        AND (
          (
            NOT "r"."id" IS NULL
          )
        )
      )
      AND (
        "r"."ormolu:place:4" > 1
      )
      AND (
        NOT (
          "r"."ormolu:raw_hash" = "r"."ormolu:kept:4"
        )
      )
    ) AS "ormolu:rule:4"
  FROM (
    SELECT
      "r".*,
      ROW_NUMBER() OVER (
        PARTITION BY "r"."id", NOT (
          (
            "r"."ormolu:delete"
          )
          OR (
            "r"."ormolu:rule:1"
          )
          OR (
            "r"."ormolu:rule:2"
          )
          OR (
            "r"."ormolu:rule:3"
          )
        )
        AND (
          (
            NOT "r"."id" IS NULL
          )
        )
        ORDER BY "r"."_row_id" DESC, "r"."ormolu:system:_row_id" DESC, "r"."ormolu:n" DESC
      ) AS "ormolu:place:4",
      FIRST_VALUE("r"."ormolu:raw_hash") OVER (
        PARTITION BY "r"."id", NOT (
          (
            "r"."ormolu:delete"
          )
          OR (
            "r"."ormolu:rule:1"
          )
          OR (
            "r"."ormolu:rule:2"
          )
          OR (
            "r"."ormolu:rule:3"
          )
        )
        AND (
          (
            NOT "r"."id" IS NULL
          )
        )
        ORDER BY "r"."_row_id" DESC, "r"."ormolu:system:_row_id" DESC, "r"."ormolu:n" DESC
      ) AS "ormolu:kept:4",
      COUNT(DISTINCT "r"."ormolu:raw_hash") OVER (
        PARTITION BY "r"."id", NOT (
          (
            "r"."ormolu:delete"
          )
          OR (
            "r"."ormolu:rule:1"
          )
          OR (
            "r"."ormolu:rule:2"
          )
          OR (
            "r"."ormolu:rule:3"
          )
        )
        AND (
          (
            NOT "r"."id" IS NULL
          )
        )
      ) AS "ormolu:count:4"
    FROM (
      SELECT
        "r".*,
        NOT (
          "r"."ormolu:delete"
        )
        AND (
          (
            NOT (
              (
                "r"."ormolu:delete"
              )
              OR (
                "r"."ormolu:rule:1"
              )
              OR (
                "r"."ormolu:rule:2"
              )
            )
            AND (
              (
                NOT "r"."id" IS NULL
              )
            )
          )
          AND (
            "r"."ormolu:owner:3" <> CAST("r"."ormolu:n" AS TEXT)
          )
        ) AS "ormolu:rule:3"
      FROM (
        SELECT
          "r".*,
          FIRST_VALUE(CAST("r"."ormolu:n" AS TEXT)) OVER (
            PARTITION BY "r"."id", NOT (
              (
                "r"."ormolu:delete"
              )
              OR (
                "r"."ormolu:rule:1"
              )
              OR (
                "r"."ormolu:rule:2"
              )
            )
            AND (
              (
                NOT "r"."id" IS NULL
              )
            )
            ORDER BY "r"."_row_id" ASC, "r"."ormolu:n" ASC
          ) AS "ormolu:owner:3"
        FROM (
          SELECT
            "r".*,
            NOT (
              "r"."ormolu:delete"
            ) AND (
              "r"."id" IS NULL
            ) AS "ormolu:rule:2"
          FROM (
            SELECT
              "r".*
              REPLACE (CASE
                WHEN TRUE
                THEN TRY_CAST((
                  TRY({'v': PG_UPPER("r"."id")})
                ).v AS TEXT)
                ELSE "r"."id"
              END AS "id"),
              NOT (
                "r"."ormolu:delete"
              )
              AND (
                TRUE AND TRY({'v': PG_UPPER("r"."id")}) IS NULL
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
                  MD5(
                    CONCAT(
                      CASE
                        WHEN CAST("r"."id" AS TEXT) IS NULL
                        THEN '-'
                        ELSE LENGTH(CAST("r"."id" AS TEXT)) || ':' || CAST("r"."id" AS TEXT)
                      END,
                      CASE
                        WHEN CAST("r"."quantity" AS TEXT) IS NULL
                        THEN '-'
                        ELSE LENGTH(CAST("r"."quantity" AS TEXT)) || ':' || CAST("r"."quantity" AS TEXT)
                      END,
                      CASE
                        WHEN CAST("r"."at" AS TEXT) IS NULL
                        THEN '-'
                        ELSE LENGTH(CAST("r"."at" AS TEXT)) || ':' || CAST("r"."at" AS TEXT)
                      END
                    )
                  ) AS "ormolu:raw_hash",
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
          ) AS r
        ) AS r
      ) AS r
    ) AS r
  ) AS r
) AS r;
