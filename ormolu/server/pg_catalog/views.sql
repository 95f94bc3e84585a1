-- The views of the system catalogs: the columns in any order, each under PostgreSQL's name.

-- pg_catalog._descriptions
SELECT objoid AS _object, classoid AS _class, objsubid AS _position, description AS _value FROM pg_catalog.pg_description;

-- pg_catalog._shared_descriptions
SELECT objoid AS _object, classoid AS _class, description AS _value FROM pg_catalog.pg_shdescription;

-- pg_catalog._settings
SELECT lower(name) AS _key, setting AS _value FROM pg_catalog.pg_settings;

-- pg_catalog.pg_roles
SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolconnlimit,
    '********' AS rolpassword, rolvaliduntil, rolbypassrls, NULL AS rolconfig, oid FROM pg_catalog.pg_authid;

-- pg_catalog.pg_shadow
SELECT rolname AS usename, oid AS usesysid, rolcreatedb AS usecreatedb, rolsuper AS usesuper, rolreplication AS userepl,
    rolbypassrls AS usebypassrls, '********' AS passwd, rolvaliduntil AS valuntil, NULL AS useconfig
FROM pg_catalog.pg_authid WHERE rolcanlogin;

-- pg_catalog.pg_user
SELECT rolname AS usename, oid AS usesysid, rolcreatedb AS usecreatedb, rolsuper AS usesuper, rolreplication AS userepl,
    rolbypassrls AS usebypassrls, '********' AS passwd, rolvaliduntil AS valuntil, NULL AS useconfig
FROM pg_catalog.pg_authid WHERE rolcanlogin;

-- pg_catalog.pg_group
SELECT rolname AS groname, oid AS grosysid, NULL AS grolist FROM pg_catalog.pg_authid WHERE NOT rolcanlogin;

-- pg_catalog.pg_tables
SELECT n.nspname AS schemaname, c.relname AS tablename, pg_get_userbyid(c.relowner) AS tableowner, NULL AS tablespace,
    c.relhasindex AS hasindexes, c.relhasrules AS hasrules, c.relhastriggers AS hastriggers, c.relrowsecurity AS rowsecurity
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p');

-- pg_catalog.pg_views
SELECT n.nspname AS schemaname, c.relname AS viewname, pg_get_userbyid(c.relowner) AS viewowner,
    pg_get_viewdef(c.oid) AS definition
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'v';

-- pg_catalog.pg_indexes
SELECT n.nspname AS schemaname, c.relname AS tablename, i.relname AS indexname, NULL AS tablespace,
    pg_get_indexdef(i.oid) AS indexdef
FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indrelid JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace;

-- pg_catalog.pg_stat_all_tables
SELECT c.oid AS relid, n.nspname AS schemaname, c.relname, 0 AS seq_scan, 0 AS seq_tup_read, 0 AS idx_scan, 0 AS idx_tup_fetch,
    0 AS n_tup_ins, 0 AS n_tup_upd, 0 AS n_tup_del, 0 AS n_tup_hot_upd, CASE WHEN c.reltuples < 0 THEN 0 ELSE c.reltuples END AS n_live_tup,
    0 AS n_dead_tup, 0 AS n_mod_since_analyze, 0 AS n_ins_since_vacuum, NULL AS last_vacuum, NULL AS last_autovacuum,
    NULL AS last_analyze, NULL AS last_autoanalyze, 0 AS vacuum_count, 0 AS autovacuum_count, 0 AS analyze_count, 0 AS autoanalyze_count
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r';

-- pg_catalog.pg_stat_user_tables
SELECT * FROM pg_catalog.pg_stat_all_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema');

-- pg_catalog.pg_stat_all_indexes
SELECT c.oid AS relid, i.oid AS indexrelid, n.nspname AS schemaname, c.relname, i.relname AS indexrelname, 0 AS idx_scan,
    0 AS idx_tup_read, 0 AS idx_tup_fetch
FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indrelid JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace;

-- pg_catalog.pg_stat_user_indexes
SELECT * FROM pg_catalog.pg_stat_all_indexes WHERE schemaname NOT IN ('pg_catalog', 'information_schema');

-- pg_catalog.pg_stat_sys_indexes
SELECT * FROM pg_catalog.pg_stat_all_indexes WHERE schemaname IN ('pg_catalog', 'information_schema');

-- pg_catalog.pg_stat_sys_tables
SELECT * FROM pg_catalog.pg_stat_all_tables WHERE schemaname IN ('pg_catalog', 'information_schema');

-- pg_catalog.pg_statio_all_indexes
SELECT relid, indexrelid, schemaname, relname, indexrelname, 0 AS idx_blks_read, 0 AS idx_blks_hit
FROM pg_catalog.pg_stat_all_indexes;

-- pg_catalog.pg_statio_user_indexes
SELECT * FROM pg_catalog.pg_statio_all_indexes WHERE schemaname NOT IN ('pg_catalog', 'information_schema');

-- pg_catalog.pg_statio_sys_indexes
SELECT * FROM pg_catalog.pg_statio_all_indexes WHERE schemaname IN ('pg_catalog', 'information_schema');

-- pg_catalog.pg_statio_all_tables
SELECT c.oid AS relid, n.nspname AS schemaname, c.relname, 0 AS heap_blks_read, 0 AS heap_blks_hit,
    CASE WHEN c.relhasindex THEN 0 END AS idx_blks_read, CASE WHEN c.relhasindex THEN 0 END AS idx_blks_hit,
    NULL AS toast_blks_read, NULL AS toast_blks_hit, NULL AS tidx_blks_read, NULL AS tidx_blks_hit
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r';

-- pg_catalog.pg_statio_user_tables
SELECT * FROM pg_catalog.pg_statio_all_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema');

-- pg_catalog.pg_statio_sys_tables
SELECT * FROM pg_catalog.pg_statio_all_tables WHERE schemaname IN ('pg_catalog', 'information_schema');

-- pg_catalog.pg_stat_database
SELECT d.oid AS datid, d.datname, (SELECT count(*) FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid) AS numbackends,
    0 AS xact_commit, 0 AS xact_rollback, 0 AS blks_read, 0 AS blks_hit, 0 AS tup_returned, 0 AS tup_fetched, 0 AS tup_inserted,
    0 AS tup_updated, 0 AS tup_deleted, 0 AS conflicts, 0 AS temp_files, 0 AS temp_bytes, 0 AS deadlocks, NULL AS checksum_failures,
    NULL AS checksum_last_failure, 0 AS blk_read_time, 0 AS blk_write_time, 0 AS session_time, 0 AS active_time,
    0 AS idle_in_transaction_time, 0 AS sessions, 0 AS sessions_abandoned, 0 AS sessions_fatal, 0 AS sessions_killed, NULL AS stats_reset
FROM pg_catalog.pg_database d;

-- information_schema.information_schema_catalog_name
SELECT current_database() AS catalog_name;

-- information_schema.schemata
SELECT current_database() AS catalog_name, nspname AS schema_name, pg_get_userbyid(nspowner) AS schema_owner,
    NULL AS default_character_set_catalog, NULL AS default_character_set_schema, NULL AS default_character_set_name, NULL AS sql_path
FROM pg_catalog.pg_namespace n WHERE pg_has_role(n.nspowner, 'USAGE') OR has_schema_privilege(n.oid, 'CREATE, USAGE')
OR EXISTS (SELECT 1 FROM information_schema.tables t WHERE t.table_schema = n.nspname);

-- information_schema.tables
SELECT current_database() AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
    CASE c.relkind WHEN 'r' THEN 'BASE TABLE' ELSE 'VIEW' END AS table_type, NULL AS self_referencing_column_name,
    NULL AS reference_generation, NULL AS user_defined_type_catalog, NULL AS user_defined_type_schema,
    NULL AS user_defined_type_name, 'NO' AS is_insertable_into, 'NO' AS is_typed, NULL AS commit_action
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v')
AND (pg_has_role(c.relowner, 'USAGE')
    OR has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'));

-- information_schema.views
SELECT current_database() AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
    pg_get_viewdef(c.oid) AS view_definition, 'NONE' AS check_option, 'NO' AS is_updatable, 'NO' AS is_insertable_into,
    'NO' AS is_trigger_updatable, 'NO' AS is_trigger_deletable, 'NO' AS is_trigger_insertable_into
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'v'
AND (pg_has_role(c.relowner, 'USAGE')
    OR has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'));

-- information_schema.columns
SELECT current_database() AS table_catalog, n.nspname AS table_schema, c.relname AS table_name, a.attname AS column_name,
    a.attnum AS ordinal_position, (SELECT d.adbin FROM pg_catalog.pg_attrdef d WHERE d.adrelid = c.oid AND d.adnum = a.attnum) AS column_default,
    CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END AS is_nullable,
    CASE WHEN t.typelem <> 0 AND t.typlen = -1 AND t.typcategory = 'A' THEN 'ARRAY'
        WHEN t.typnamespace = 11 THEN format_type(a.atttypid, NULL) ELSE 'USER-DEFINED' END AS data_type,
    CASE WHEN a.atttypid IN (1042, 1043) AND a.atttypmod > 4 THEN a.atttypmod - 4
        WHEN a.atttypid IN (1560, 1562) AND a.atttypmod > 0 THEN a.atttypmod END AS character_maximum_length,
    CASE WHEN a.atttypid IN (25, 1042, 1043) THEN CASE WHEN a.atttypid <> 25 AND a.atttypmod > 4 THEN (a.atttypmod - 4) * 4 ELSE 1073741824 END END AS character_octet_length,
    CASE a.atttypid WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 700 THEN 24 WHEN 701 THEN 53
        WHEN 1700 THEN CASE WHEN a.atttypmod > 4 THEN ((a.atttypmod - 4) >> 16) & 65535 END END AS numeric_precision,
    CASE WHEN a.atttypid IN (21, 23, 20, 700, 701) THEN 2 WHEN a.atttypid = 1700 THEN 10 END AS numeric_precision_radix,
    CASE WHEN a.atttypid IN (21, 23, 20) THEN 0
        WHEN a.atttypid = 1700 AND a.atttypmod > 4 THEN (a.atttypmod - 4) & 65535 END AS numeric_scale,
    CASE WHEN a.atttypid = 1082 THEN 0 WHEN a.atttypid IN (1083, 1114, 1184, 1266, 1186) THEN 6 END AS datetime_precision,
    NULL AS interval_type, NULL AS interval_precision, NULL AS character_set_catalog, NULL AS character_set_schema,
    NULL AS character_set_name, NULL AS collation_catalog, NULL AS collation_schema, NULL AS collation_name,
    NULL AS domain_catalog, NULL AS domain_schema, NULL AS domain_name, current_database() AS udt_catalog,
    nt.nspname AS udt_schema, t.typname AS udt_name, NULL AS scope_catalog, NULL AS scope_schema, NULL AS scope_name,
    NULL AS maximum_cardinality, CAST(a.attnum AS text) AS dtd_identifier, 'NO' AS is_self_referencing, 'NO' AS is_identity,
    NULL AS identity_generation, NULL AS identity_start, NULL AS identity_increment, NULL AS identity_maximum,
    NULL AS identity_minimum, 'NO' AS identity_cycle, 'NEVER' AS is_generated, NULL AS generation_expression, 'NO' AS is_updatable
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid JOIN pg_catalog.pg_namespace nt ON nt.oid = t.typnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v')
AND (pg_has_role(c.relowner, 'USAGE')
    OR has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'));

-- information_schema.table_constraints
SELECT current_database() AS constraint_catalog, n.nspname AS constraint_schema, k.conname AS constraint_name,
    current_database() AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
    CASE k.contype WHEN 'p' THEN 'PRIMARY KEY' WHEN 'f' THEN 'FOREIGN KEY' WHEN 'c' THEN 'CHECK' ELSE 'UNIQUE' END AS constraint_type,
    'NO' AS is_deferrable, 'NO' AS initially_deferred, CASE WHEN k.contype = 'c' THEN 'NO' ELSE 'YES' END AS enforced,
    CASE WHEN k.contype = 'u' THEN 'YES' END AS nulls_distinct
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype IN ('p', 'f', 'c', 'u')
AND (pg_has_role(c.relowner, 'USAGE')
    OR has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'));

-- pg_catalog._constraint_columns
SELECT oid AS _key, conname AS _name, contype AS _kind, conrelid AS _table, confrelid AS _referenced, conindid AS _index,
    unnest(conkey) AS _column, CASE WHEN contype = 'f' THEN unnest(confkey) END AS _other,
    generate_subscripts(conkey, 1) AS _position
FROM pg_catalog.pg_constraint WHERE conrelid <> 0;

-- information_schema.key_column_usage
SELECT current_database() AS constraint_catalog, n.nspname AS constraint_schema, k._name AS constraint_name,
    current_database() AS table_catalog, n.nspname AS table_schema, c.relname AS table_name, a.attname AS column_name,
    k._position AS ordinal_position, CASE WHEN k._kind = 'f' THEN k._position END AS position_in_unique_constraint
FROM pg_catalog._constraint_columns k JOIN pg_catalog.pg_class c ON c.oid = k._table
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = k._table AND a.attnum = k._column WHERE k._kind IN ('p', 'u', 'f')
AND (pg_has_role(c.relowner, 'USAGE')
    OR has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'));

-- information_schema.constraint_column_usage
SELECT current_database() AS table_catalog, n.nspname AS table_schema, c.relname AS table_name, a.attname AS column_name,
    current_database() AS constraint_catalog, n.nspname AS constraint_schema, k._name AS constraint_name
FROM pg_catalog._constraint_columns k
JOIN pg_catalog.pg_class c ON c.oid = CASE WHEN k._kind = 'f' THEN k._referenced ELSE k._table END
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = CASE WHEN k._kind = 'f' THEN k._other ELSE k._column END
WHERE pg_has_role(c.relowner, 'USAGE');

-- information_schema.referential_constraints
SELECT current_database() AS constraint_catalog, n.nspname AS constraint_schema, k.conname AS constraint_name,
    current_database() AS unique_constraint_catalog, n2.nspname AS unique_constraint_schema, u.conname AS unique_constraint_name,
    'NONE' AS match_option, 'NO ACTION' AS update_rule, 'NO ACTION' AS delete_rule
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
LEFT JOIN pg_catalog.pg_constraint u ON u.conindid = k.conindid AND u.contype IN ('p', 'u') AND u.conrelid = k.confrelid
LEFT JOIN pg_catalog.pg_namespace n2 ON n2.oid = u.connamespace WHERE k.contype = 'f'
AND (pg_has_role(c.relowner, 'USAGE')
    OR has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'));

-- information_schema.check_constraints
SELECT current_database() AS constraint_catalog, n.nspname AS constraint_schema, k.conname AS constraint_name, k.conbin AS check_clause
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace WHERE k.contype = 'c' AND k.conbin IS NOT NULL;

-- information_schema.table_privileges
SELECT g.rolname AS grantor, coalesce(e.rolname, 'PUBLIC') AS grantee, current_database() AS table_catalog, t.nspname AS table_schema,
    t.relname AS table_name, (t.acl).privilege_type AS privilege_type,
    CASE WHEN (t.acl).is_grantable OR (t.acl).grantee = t.relowner THEN 'YES' ELSE 'NO' END AS is_grantable,
    CASE WHEN (t.acl).privilege_type = 'SELECT' THEN 'YES' ELSE 'NO' END AS with_hierarchy
FROM (SELECT n.nspname, c.relname, c.relowner, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS acl
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v')) t
JOIN pg_catalog.pg_authid g ON g.oid = (t.acl).grantor LEFT JOIN pg_catalog.pg_authid e ON e.oid = (t.acl).grantee
WHERE e.oid IS NULL OR pg_has_role(g.oid, 'USAGE') OR pg_has_role(e.oid, 'USAGE');

-- information_schema.role_table_grants
SELECT * FROM information_schema.table_privileges WHERE grantee <> 'PUBLIC';

-- information_schema.column_privileges
SELECT p.grantor, p.grantee, p.table_catalog, p.table_schema, p.table_name, a.attname AS column_name, p.privilege_type, p.is_grantable
FROM information_schema.table_privileges p JOIN pg_catalog.pg_namespace n ON n.nspname = p.table_schema
JOIN pg_catalog.pg_class c ON c.relname = p.table_name AND c.relnamespace = n.oid
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE p.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES');

-- information_schema.role_column_grants
SELECT * FROM information_schema.column_privileges WHERE grantee <> 'PUBLIC';

-- information_schema.constraint_table_usage
SELECT current_database() AS table_catalog, n.nspname AS table_schema, c.relname AS table_name, current_database() AS constraint_catalog,
    kn.nspname AS constraint_schema, k.conname AS constraint_name
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_namespace kn ON kn.oid = k.connamespace
JOIN pg_catalog.pg_class c ON c.oid = CASE WHEN k.contype = 'f' THEN k.confrelid ELSE k.conrelid END
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE k.contype IN ('f', 'p', 'u') AND c.relkind IN ('r', 'p');

-- information_schema.element_types
SELECT current_database() AS object_catalog, n.nspname AS object_schema, c.relname AS object_name, 'TABLE' AS object_type,
    CAST(a.attnum AS text) AS collection_type_identifier, format_type(e.oid, NULL) AS data_type,
    current_database() AS udt_catalog, en.nspname AS udt_schema, e.typname AS udt_name, concat('a', CAST(a.attnum AS text)) AS dtd_identifier,
    NULL AS character_maximum_length, NULL AS character_octet_length, NULL AS character_set_catalog, NULL AS character_set_schema,
    NULL AS character_set_name, NULL AS collation_catalog, NULL AS collation_schema, NULL AS collation_name, NULL AS numeric_precision,
    NULL AS numeric_precision_radix, NULL AS numeric_scale, NULL AS datetime_precision, NULL AS interval_type, NULL AS interval_precision,
    NULL AS domain_default, NULL AS scope_catalog, NULL AS scope_schema, NULL AS scope_name, NULL AS maximum_cardinality
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid JOIN pg_catalog.pg_type e ON e.oid = t.typelem
JOIN pg_catalog.pg_namespace en ON en.oid = e.typnamespace
WHERE a.attnum > 0 AND c.relkind IN ('r', 'v') AND t.typcategory = 'A';

-- information_schema.administrable_role_authorizations
SELECT pg_get_userbyid(m.member) AS grantee, pg_get_userbyid(m.roleid) AS role_name, 'YES' AS is_grantable
FROM pg_catalog.pg_auth_members m WHERE m.admin_option;

-- information_schema.enabled_roles
SELECT rolname AS role_name FROM pg_catalog.pg_authid;

-- information_schema.applicable_roles
SELECT pg_get_userbyid(m.member) AS grantee, pg_get_userbyid(m.roleid) AS role_name, CASE WHEN m.admin_option THEN 'YES' ELSE 'NO' END AS is_grantable
FROM pg_catalog.pg_auth_members m;

-- information_schema.character_sets
SELECT NULL AS character_set_catalog, NULL AS character_set_schema, 'UTF8' AS character_set_name, 'UCS' AS character_repertoire,
    'UTF8' AS form_of_use, current_database() AS default_collate_catalog, NULL AS default_collate_schema, NULL AS default_collate_name;

-- information_schema.collations
SELECT current_database() AS collation_catalog, n.nspname AS collation_schema, c.collname AS collation_name, 'NO PAD' AS pad_attribute
FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace;

-- information_schema.sql_features
SELECT feature_id, feature_name, sub_feature_id, sub_feature_name, is_supported, is_verified_by, comments
FROM pg_catalog._information_schema_parts;
