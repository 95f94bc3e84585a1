-- What database tools ask while somebody browses: connect, schemas, tables, one table, roles. {name} is a relation's
-- OID, {{name}} a schema's.

-- [dbeaver databases]
SELECT db.datname, db.encoding, db.datallowconn FROM pg_catalog.pg_database db
WHERE datallowconn AND NOT datistemplate AND db.datname = 'lakehouse' ORDER BY db.datname;

-- [dbeaver keywords]
select string_agg(word, ',') from pg_catalog.pg_get_keywords()
where word <> ALL ('{a,abs,absolute,action,ada,add,admin,after,all,allocate,alter,always,and,any,are}'::text[]);

-- [dbeaver encoding]
SELECT pg_catalog.pg_encoding_to_char(db.encoding), has_database_privilege(db.datname, 'CONNECT')
FROM pg_catalog.pg_database db WHERE db.datname = current_database();

-- [dbeaver schemas]
SELECT n.oid, n.*, d.description FROM pg_catalog.pg_namespace n
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = n.oid AND d.objsubid = 0 AND d.classoid = 'pg_namespace'::regclass
WHERE nspname = 'pg_catalog' ORDER BY nspname;

-- [dbeaver types]
SELECT t.oid, t.*, c.relkind, format_type(nullif(t.typbasetype, 0), t.typtypmod) as base_type_name, d.description
FROM pg_catalog.pg_type t
LEFT OUTER JOIN pg_catalog.pg_type et ON et.oid = t.typelem
LEFT OUTER JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
LEFT OUTER JOIN pg_catalog.pg_description d ON t.oid = d.objoid
WHERE t.typname IS NOT NULL AND (c.relkind IS NULL OR c.relkind = 'c')
AND (et.typcategory IS NULL OR et.typcategory <> 'C') AND t.typtype = 'b' ORDER BY t.oid;

-- [dbeaver tables]
SELECT c.oid, c.relname, c.relkind, c.relnatts, d.description, pg_catalog.pg_get_expr(c.relpartbound, c.oid) as partition_expr,
pg_catalog.pg_get_partkeydef(c.oid) as partition_key
FROM pg_catalog.pg_class c
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass
WHERE c.relnamespace = {{silver}} AND c.relkind not in ('i', 'I', 'c') ORDER BY c.relname;

-- [dbeaver columns]
SELECT c.relname, a.*, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid, true) as def_value, dsc.description, dep.objid
FROM pg_catalog.pg_attribute a
INNER JOIN pg_catalog.pg_class c ON (a.attrelid = c.oid)
LEFT OUTER JOIN pg_catalog.pg_attrdef ad ON (a.attrelid = ad.adrelid AND a.attnum = ad.adnum)
LEFT OUTER JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid)
LEFT OUTER JOIN pg_depend dep on dep.refobjid = a.attrelid AND dep.deptype = 'i' and dep.refobjsubid = a.attnum
    and dep.classid = dep.refclassid
WHERE NOT a.attisdropped AND c.relkind not in ('i', 'I', 'c') AND c.oid = {silver.customers} AND a.attnum > 0 ORDER BY a.attnum;

-- [dbeaver constraints]
SELECT c.oid, c.*, t.relname as tabrelname, rt.relnamespace as refnamespace, d.description,
case when c.contype = 'c' then "substring"(pg_get_constraintdef(c.oid), 7) else null end consrc_copy
FROM pg_catalog.pg_constraint c
INNER JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
LEFT OUTER JOIN pg_catalog.pg_class rt ON rt.oid = c.confrelid
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_constraint'::regclass
WHERE c.conrelid = {silver.orders} ORDER BY c.conname;

-- [dbeaver indexes]
SELECT i.*, i.indkey as keys, c.relname, c.relnamespace, c.relam, c.reltablespace, tc.relname as tabrelname, dsc.description,
pg_catalog.pg_get_expr(i.indpred, i.indrelid) as pred_expr, pg_catalog.pg_get_expr(i.indexprs, i.indrelid, true) as expr,
pg_catalog.pg_stat_get_numscans(i.indexrelid) as index_num_scans
FROM pg_catalog.pg_index i
INNER JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
INNER JOIN pg_catalog.pg_class tc ON tc.oid = i.indrelid
LEFT OUTER JOIN pg_catalog.pg_description dsc ON i.indexrelid = dsc.objoid
WHERE i.indrelid = {silver.customers} ORDER BY tabrelname, c.relname;

-- [dbeaver references]
SELECT c.oid, c.conname, c.contype, t.relname as tabrelname FROM pg_catalog.pg_constraint c, pg_catalog.pg_class t
WHERE c.confrelid = {silver.customers} AND t.oid = c.conrelid ORDER BY 2;

-- [dbeaver triggers]
SELECT x.oid, x.*, p.pronamespace as func_schema_id, d.description
FROM pg_catalog.pg_trigger x
LEFT OUTER JOIN pg_catalog.pg_proc p ON p.oid = x.tgfoid
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = x.oid AND d.objsubid = 0
WHERE x.tgrelid = {silver.customers} AND NOT x.tgisinternal;

-- [dbeaver sizes]
SELECT c.oid, pg_catalog.pg_total_relation_size(c.oid) >= 0 as total_rel_size, pg_catalog.pg_relation_size(c.oid) >= 0 as rel_size
FROM pg_class c WHERE c.relnamespace = {{silver}} AND c.relkind not in ('i', 'I', 'c') ORDER BY c.relname;

-- [dbeaver roles]
SELECT a.oid, a.*, pd.description FROM pg_catalog.pg_roles a
left join pg_catalog.pg_shdescription pd on a.oid = pd.objoid WHERE a.rolname = 'admin' ORDER BY a.rolname;

-- [dbeaver functions]
SELECT p.oid as poid, p.proname, p.prosrc, pg_catalog.pg_get_expr(p.proargdefaults, 0) as arg_defaults, l.lanname,
pg_catalog.pg_get_function_result(p.oid) as rtype, p.prokind, d.description
FROM pg_catalog.pg_proc p
LEFT OUTER JOIN pg_catalog.pg_language l ON l.oid = p.prolang
LEFT OUTER JOIN pg_catalog.pg_description d ON d.objoid = p.oid
WHERE p.pronamespace = {{pg_catalog}} AND p.proname LIKE 'array\_%' ORDER BY p.proname, p.oid;

-- [dbeaver inheritance]
SELECT i.*, c.relnamespace FROM pg_catalog.pg_inherits i, pg_catalog.pg_class c
WHERE i.inhrelid = {silver.customers} AND c.oid = i.inhparent ORDER BY i.inhseqno;

-- [dbeaver sessions]
SELECT sa.datname, sa.usename, sa.state FROM pg_catalog.pg_stat_activity sa WHERE sa.pid = pg_backend_pid();

-- [dbeaver locks]
SELECT count(*) FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid WHERE NOT l.granted;

-- [dbeaver extensions]
SELECT e.oid, cfg.tbls, n.nspname as schema_name, e.* FROM pg_catalog.pg_extension e
join pg_namespace n on n.oid = e.extnamespace
left join (select ARRAY_AGG(ns.nspname || '.' || cls.relname) tbls, oid_ext from (select unnest(e1.extconfig) oid, e1.oid oid_ext
from pg_catalog.pg_extension e1) c join pg_class cls on cls.oid = c.oid join pg_namespace ns on ns.oid = cls.relnamespace
group by oid_ext) cfg on cfg.oid_ext = e.oid WHERE e.extname = 'none' ORDER BY e.oid;

-- [datagrip transaction]
select case when pg_catalog.pg_is_in_recovery() then null
else ((pg_catalog.txid_current() % 4294967296)::varchar::bigint) >= 0 end as current_txid;

-- [datagrip oldest lock]
select L.transactionid::varchar::bigint as transaction_id from pg_catalog.pg_locks L
where L.transactionid is not null and false order by pg_catalog.age(L.transactionid) desc limit 1;

-- [datagrip server]
select usesuper from pg_catalog.pg_user where usename = current_user;

-- [datagrip timezone names]
select name, is_dst from pg_catalog.pg_timezone_names where name = 'UTC' union distinct
select abbrev as name, is_dst from pg_catalog.pg_timezone_abbrevs where abbrev = 'UTC' order by name;

-- [datagrip databases]
select N.oid::bigint > 0 as id, datname as name, D.description, datistemplate as is_template, datallowconn as allow_connections,
pg_catalog.pg_get_userbyid(N.datdba) as "owner" from pg_catalog.pg_database N
left join pg_catalog.pg_shdescription D on N.oid = D.objoid where datname = pg_catalog.current_database()
order by case when datname = pg_catalog.current_database() then -1::bigint else N.oid::bigint end;

-- [datagrip schemas]
select N.oid::bigint as id, nspname as name, D.description, pg_catalog.pg_get_userbyid(N.nspowner) as "owner"
from pg_catalog.pg_namespace N left join pg_catalog.pg_description D on N.oid = D.objoid where nspname = 'pg_catalog'
order by case when nspname = pg_catalog.current_schema() then -1::bigint else N.oid::bigint end;

-- [datagrip states]
select count(*) from pg_catalog.pg_namespace N where N.xmin::varchar::bigint < 0;

-- [datagrip tables]
select T.relkind as table_kind, T.relname as table_name, T.oid as table_id, T.xmin::varchar::bigint > 0 as table_state_number,
false as table_with_oids, T.reltablespace as tablespace_id, T.reloptions as options, T.relpersistence as persistence,
(select pg_catalog.array_agg(inhparent::bigint order by inhseqno)::varchar from pg_catalog.pg_inherits where T.oid = inhrelid) as ancestors,
(select pg_catalog.array_agg(inhrelid::bigint order by inhrelid)::varchar from pg_catalog.pg_inherits where T.oid = inhparent) as successors,
T.relispartition as is_partition, pg_catalog.pg_get_partkeydef(T.oid) as partition_key,
pg_catalog.pg_get_expr(T.relpartbound, T.oid) as partition_expression, T.relam am_id,
pg_catalog.pg_get_userbyid(T.relowner) as "owner"
from pg_catalog.pg_class T
where relnamespace = {{silver}}::oid and relkind in ('r', 'm', 'v', 'f', 'p') order by table_kind, table_name;

-- [datagrip columns]
with T as (select distinct T.oid as table_id, T.relname as table_name
    from pg_catalog.pg_class T, pg_catalog.pg_attribute A
    where T.relnamespace = {{silver}}::oid and T.relkind in ('r', 'm', 'v', 'f', 'p') and A.attrelid = T.oid)
select T.table_id, C.attnum as column_position, C.attname as column_name, C.atttypmod as type_mod,
C.attndims as dimensions_number, pg_catalog.format_type(C.atttypid, C.atttypmod) as type_spec, C.atttypid as type_id,
C.attnotnull as mandatory, pg_catalog.pg_get_expr(D.adbin, T.table_id) as column_default_expression,
not C.attislocal as column_is_inherited, C.attfdwoptions as options, C.attisdropped as column_is_dropped,
C.attidentity as identity_kind, C.attgenerated as generated
from T join pg_catalog.pg_attribute C on T.table_id = C.attrelid
left join pg_catalog.pg_attrdef D on (C.attrelid, C.attnum) = (D.adrelid, D.adnum)
where attnum > 0 order by table_name, attnum;

-- [datagrip indices]
select tab.oid table_id, tab.relkind table_kind, ind_stor.relname index_name, ind_head.indexrelid index_id,
ind_head.indisunique is_unique, ind_head.indisprimary is_primary, ind_head.indnullsnotdistinct nulls_not_distinct,
pg_catalog.pg_get_expr(ind_head.indpred, ind_head.indrelid) as condition,
(select pg_catalog.array_agg(inhparent::bigint order by inhseqno)::varchar from pg_catalog.pg_inherits where ind_stor.oid = inhrelid) as ancestors,
ind_stor.reltablespace tablespace_id, opcmethod as access_method_id
from pg_catalog.pg_class tab
join pg_catalog.pg_index ind_head on ind_head.indrelid = tab.oid
join pg_catalog.pg_class ind_stor on tab.relnamespace = ind_stor.relnamespace and ind_stor.oid = ind_head.indexrelid
left join pg_catalog.pg_opclass on pg_opclass.oid = ANY(indclass)
where tab.relnamespace = {{silver}}::oid and tab.relkind in ('r', 'm', 'v', 'p') and ind_stor.relkind in ('i', 'I')
order by index_name;

-- [datagrip index columns]
select ind_head.indexrelid index_id, k col_idx, k <= indnkeyatts in_key, ind_head.indkey[k-1] column_position,
ind_head.indoption[k-1] column_options, ind_head.indcollation[k-1] as collation, colln.nspname as collation_schema,
collname as collation_str, ind_head.indclass[k-1] as opclass,
case when opcdefault then null else opcn.nspname end as opclass_schema,
case when opcdefault then null else opcname end as opclass_str,
case when indexprs is null then null
     when ind_head.indkey[k-1] = 0 then chr(27) || pg_catalog.pg_get_indexdef(ind_head.indexrelid, k::int, true)
     else pg_catalog.pg_get_indexdef(ind_head.indexrelid, k::int, true) end as expression,
amcanorder can_order
from pg_catalog.pg_index ind_head
join pg_catalog.pg_class ind_stor on ind_stor.oid = ind_head.indexrelid
cross join unnest(ind_head.indkey) with ordinality u(u, k)
left join pg_catalog.pg_collation on pg_collation.oid = ind_head.indcollation[k-1]
left join pg_catalog.pg_namespace colln on collnamespace = colln.oid
cross join pg_catalog.pg_indexam_has_property(ind_stor.relam, 'can_order') amcanorder
left join pg_catalog.pg_opclass on pg_opclass.oid = ind_head.indclass[k-1]
left join pg_catalog.pg_namespace opcn on opcnamespace = opcn.oid
where ind_stor.relnamespace = {{silver}}::oid and ind_stor.relkind in ('i', 'I') order by ind_stor.relname, k;

-- [datagrip constraints]
select T.oid table_id, relkind table_kind, C.oid::bigint > 0 con_id, conname con_name, contype con_kind, conkey con_columns,
conindid index_id, confrelid ref_table_id, condeferrable is_deferrable, condeferred is_init_deferred,
confupdtype on_update, confdeltype on_delete, connoinherit no_inherit,
pg_catalog.pg_get_expr(conbin, T.oid) con_expression, confkey ref_columns, conexclop::int[] excl_operators,
array(select unnest::regoper::varchar from unnest(conexclop)) excl_operators_str
from pg_catalog.pg_constraint C join pg_catalog.pg_class T on C.conrelid = T.oid
where relkind in ('r', 'v', 'f', 'p') and relnamespace = {{silver}}::oid and contype in ('p', 'u', 'f', 'c', 'x')
and connamespace = {{silver}}::oid order by T.relname, conname;

-- [datagrip descriptions]
select D.objoid id, case when 'pg_catalog.pg_attribute'::regclass = classoid then 'C' else 'T' end as kind, D.objsubid sub_id, D.description
from pg_catalog.pg_description D join pg_catalog.pg_class C on D.objoid = C.oid
where C.relnamespace = {{silver}}::oid and C.relkind != 'c' and D.classoid = 'pg_catalog.pg_class'::regclass order by id, sub_id;

-- [datagrip view sources]
select T.relkind as view_kind, T.oid as view_id, pg_catalog.pg_get_viewdef(T.oid, true) as source_text
from pg_catalog.pg_class T join pg_catalog.pg_namespace N on T.relnamespace = N.oid
where N.oid = {{silver}}::oid and T.relkind in ('m', 'v') order by 2;

-- [datagrip grants]
select T.oid as object_id, T.relacl as acl from pg_catalog.pg_class T where relnamespace = {{gold}}::oid and relacl is not null
union all select F.oid as object_id, F.proacl as acl from pg_catalog.pg_proc F where false order by object_id;

-- [datagrip members]
select member id, roleid role_id, admin_option from pg_catalog.pg_auth_members where false order by id, roleid::text;

-- [datagrip casts]
select C.oid, C.castsource as castsource_id, quote_ident(SN.nspname) || '.' || quote_ident(S.typname) as castsource_name,
C.casttarget as casttarget_id, C.castfunc as castfunc_id, F.proname as castfunc_name, C.castcontext, C.castmethod
from pg_cast C left outer join pg_proc F on C.castfunc::oid = F.oid::oid
join pg_catalog.pg_type S on C.castsource::oid = S.oid::oid join pg_catalog.pg_namespace SN on S.typnamespace = SN.oid
where C.castsource = 23 order by C.oid;

-- [datagrip collations]
select oid as id, collname as name, nullif(collcollate, '') as lc_collate, collprovider, pg_catalog.pg_get_userbyid(collowner) as "owner"
from pg_catalog.pg_collation where collname in ('C', 'POSIX') order by collname;

-- [pgadmin databases]
SELECT db.datname as name, ta.spcname as spcname, db.datallowconn, db.datistemplate AS is_template,
pg_catalog.has_database_privilege(db.oid, 'CREATE') as cancreate, descr.description
FROM pg_catalog.pg_database db
LEFT OUTER JOIN pg_catalog.pg_tablespace ta ON db.dattablespace = ta.oid
LEFT OUTER JOIN pg_catalog.pg_shdescription descr ON (db.oid = descr.objoid AND descr.classoid = 'pg_database'::regclass)
WHERE db.datname = current_database() ORDER BY datname;

-- [pgadmin role]
SELECT roles.rolname as name, roles.rolsuper as is_superuser,
CASE WHEN roles.rolsuper THEN true ELSE roles.rolcreaterole END as can_create_role,
CASE WHEN roles.rolsuper THEN true ELSE roles.rolcreatedb END as can_create_db,
CASE WHEN 'pg_signal_backend' = ANY(ARRAY(WITH RECURSIVE cte AS (
    SELECT pg_roles.oid, pg_roles.rolname FROM pg_roles WHERE pg_roles.oid = roles.oid
    UNION ALL SELECT m.roleid, pgr.rolname FROM cte cte_1 JOIN pg_auth_members m ON m.member = cte_1.oid JOIN pg_roles pgr ON pgr.oid = m.roleid)
    SELECT rolname FROM cte)) THEN True ELSE False END as can_signal_backend
FROM pg_catalog.pg_roles as roles WHERE rolname = current_user;

-- [pgadmin settings]
SELECT name, setting FROM pg_catalog.pg_settings WHERE name = 'bytea_output'
UNION SELECT 'client_encoding', pg_catalog.current_setting('client_encoding') ORDER BY 1;

-- [pgadmin schemas]
SELECT nsp.nspname as name, pg_catalog.has_schema_privilege(nsp.oid, 'CREATE') as can_create,
pg_catalog.has_schema_privilege(nsp.oid, 'USAGE') as has_usage
FROM pg_catalog.pg_namespace nsp
WHERE nspname NOT LIKE E'pg\\_%' AND NOT (
(nsp.nspname = 'pg_catalog' AND EXISTS (SELECT 1 FROM pg_catalog.pg_class WHERE relname = 'pg_class' AND relnamespace = nsp.oid LIMIT 1)) OR
(nsp.nspname = 'information_schema' AND EXISTS (SELECT 1 FROM pg_catalog.pg_class WHERE relname = 'tables' AND relnamespace = nsp.oid LIMIT 1)))
AND nspname IN ('silver', 'gold') ORDER BY nspname;

-- [pgadmin tables]
SELECT rel.oid, rel.relname AS name, (SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgrelid = rel.oid AND tgisinternal = FALSE) AS triggercount,
(SELECT count(*) FROM pg_catalog.pg_inherits WHERE inhrelid = rel.oid LIMIT 1) as is_inherits,
(SELECT count(*) FROM pg_catalog.pg_inherits WHERE inhparent = rel.oid LIMIT 1) as is_inherited, des.description
FROM pg_catalog.pg_class rel
LEFT OUTER JOIN pg_catalog.pg_description des ON (des.objoid = rel.oid AND des.objsubid = 0 AND des.classoid = 'pg_class'::regclass)
WHERE rel.relkind IN ('r', 's', 't', 'p') AND rel.relnamespace = {{silver}}::oid AND NOT rel.relispartition ORDER BY rel.relname;

-- [pgadmin columns]
SELECT att.attname as name, att.attnum, def.*, pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS defval,
CASE WHEN att.attndims > 0 THEN 1 ELSE 0 END AS isarray, pg_catalog.format_type(ty.oid, NULL) AS typname,
pg_catalog.format_type(ty.oid, att.atttypmod) AS displaytypname, CASE WHEN ty.typelem > 0 THEN ty.typelem ELSE ty.oid END as elemoid,
(SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = ty.typnamespace) as typnspname,
ty.typstorage AS defaultstorage, cl.relname, na.nspname,
pg_catalog.concat(pg_catalog.quote_ident(na.nspname), '.', pg_catalog.quote_ident(cl.relname)) AS parent_tbl, att.attstattarget, description,
cs.relname AS sername, ns.nspname AS serschema,
(SELECT count(1) FROM pg_catalog.pg_type t2 WHERE t2.typname = ty.typname) > 1 AS isdup, indkey,
coll.collname, nspc.nspname as collnspname, attoptions,
EXISTS(SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = att.attrelid AND contype = 'f' AND att.attnum = ANY(conkey)) As is_fk,
(SELECT pg_catalog.array_agg(provider || '=' || label) FROM pg_catalog.pg_seclabels sl1 WHERE sl1.objoid = att.attrelid AND sl1.objsubid = att.attnum) AS seclabels,
(CASE WHEN (att.attnum < 1) THEN true ElSE false END) AS is_sys_column,
(CASE WHEN (att.attidentity in ('a', 'd')) THEN 'i' WHEN (att.attgenerated in ('s')) THEN 'g' ELSE 'n' END) AS colconstype
FROM pg_catalog.pg_attribute att
JOIN pg_catalog.pg_type ty ON ty.oid = atttypid
JOIN pg_catalog.pg_class cl ON cl.oid = att.attrelid
JOIN pg_catalog.pg_namespace na ON na.oid = cl.relnamespace
LEFT OUTER JOIN pg_catalog.pg_type et ON et.oid = ty.typelem
LEFT OUTER JOIN pg_catalog.pg_attrdef def ON adrelid = att.attrelid AND adnum = att.attnum
LEFT OUTER JOIN pg_catalog.pg_description des ON (des.objoid = att.attrelid AND des.objsubid = att.attnum AND des.classoid = 'pg_class'::regclass)
LEFT OUTER JOIN (pg_catalog.pg_depend JOIN pg_catalog.pg_class cs ON classid = 'pg_class'::regclass AND objid = cs.oid AND cs.relkind = 'S')
    ON refobjid = att.attrelid AND refobjsubid = att.attnum
LEFT OUTER JOIN pg_catalog.pg_namespace ns ON ns.oid = cs.relnamespace
LEFT OUTER JOIN pg_catalog.pg_index pi ON pi.indrelid = att.attrelid AND indisprimary
LEFT OUTER JOIN pg_catalog.pg_collation coll ON att.attcollation = coll.oid
LEFT OUTER JOIN pg_catalog.pg_namespace nspc ON coll.collnamespace = nspc.oid
WHERE att.attrelid = {silver.customers}::oid AND att.attnum > 0 AND att.attisdropped IS FALSE ORDER BY att.attnum;

-- [pgadmin grants]
SELECT 'relacl' as deftype, COALESCE(gt.rolname, 'PUBLIC') grantee, g.rolname grantor,
pg_catalog.array_agg(privilege_type) as privileges, pg_catalog.array_agg(is_grantable) as grantable
FROM (SELECT acl.grantee, acl.grantor, acl.is_grantable, CASE acl.privilege_type WHEN 'SELECT' THEN 'r' WHEN 'INSERT' THEN 'a' ELSE 'UNKNOWN' END AS privilege_type
    FROM (SELECT (d).grantee AS grantee, (d).grantor AS grantor, (d).is_grantable AS is_grantable, (d).privilege_type AS privilege_type
        FROM (SELECT aclexplode(rel.relacl) as d FROM pg_catalog.pg_class rel WHERE rel.oid = {gold.revenue}::oid) a) acl) d
LEFT JOIN pg_catalog.pg_roles g ON (d.grantor = g.oid) LEFT JOIN pg_catalog.pg_roles gt ON (d.grantee = gt.oid)
WHERE gt.rolname = 'analyst' GROUP BY g.rolname, gt.rolname;

-- [pgadmin dashboard]
SELECT 'session_stats' AS chart_name, pg_catalog.row_to_json(t) IS NOT NULL AS chart_data
FROM (SELECT (SELECT count(*) FROM pg_catalog.pg_stat_activity) AS "Total",
(SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE state = 'active') AS "Active") t
UNION ALL
SELECT 'tps_stats' AS chart_name, pg_catalog.row_to_json(t) IS NOT NULL AS chart_data
FROM (SELECT (SELECT sum(xact_commit) + sum(xact_rollback) FROM pg_catalog.pg_stat_database) AS "Transactions",
(SELECT sum(xact_commit) FROM pg_catalog.pg_stat_database) AS "Commits") t ORDER BY 1;

-- [pgadmin dependents]
SELECT DISTINCT dep.deptype, dep.classid, cl.relkind, ad.adbin, pg_catalog.pg_get_expr(ad.adbin, ad.adrelid) as adsrc,
CASE WHEN cl.relkind IS NOT NULL THEN CASE WHEN cl.relkind = 'r' THEN cl.relkind::text || COALESCE(dep.objsubid::text, '') ELSE cl.relkind::text END
     WHEN tg.oid IS NOT NULL THEN 'T'::text WHEN ty.oid IS NOT NULL AND ty.typbasetype = 0 THEN 'y'::text
     WHEN ns.oid IS NOT NULL THEN 'n'::text WHEN pr.oid IS NOT NULL AND (prtyp.typname = 'trigger' OR prtyp.typname = 'event_trigger') THEN 't'::text
     WHEN pr.oid IS NOT NULL THEN 'P'::text WHEN la.oid IS NOT NULL THEN 'l'::text WHEN rw.oid IS NOT NULL THEN 'R'::text
     WHEN co.oid IS NOT NULL THEN 'C'::text || contype::text WHEN ad.oid IS NOT NULL THEN 'A'::text ELSE '' END AS type,
COALESCE(coc.relname, clrw.relname) AS ownertable
FROM pg_catalog.pg_depend dep
LEFT JOIN pg_catalog.pg_class cl ON dep.objid = cl.oid
LEFT JOIN pg_catalog.pg_attribute att ON dep.objid = att.attrelid AND dep.objsubid = att.attnum
LEFT JOIN pg_catalog.pg_proc pr ON dep.objid = pr.oid
LEFT JOIN pg_catalog.pg_namespace nsp ON pr.pronamespace = nsp.oid
LEFT JOIN pg_catalog.pg_type prtyp ON prtyp.oid = pr.prorettype
LEFT JOIN pg_catalog.pg_trigger tg ON dep.objid = tg.oid
LEFT JOIN pg_catalog.pg_type ty ON dep.objid = ty.oid
LEFT JOIN pg_catalog.pg_constraint co ON dep.objid = co.oid
LEFT JOIN pg_catalog.pg_class coc ON co.conrelid = coc.oid
LEFT JOIN pg_catalog.pg_rewrite rw ON dep.objid = rw.oid
LEFT JOIN pg_catalog.pg_class clrw ON clrw.oid = rw.ev_class
LEFT JOIN pg_catalog.pg_language la ON dep.objid = la.oid
LEFT JOIN pg_catalog.pg_namespace ns ON dep.objid = ns.oid
LEFT JOIN pg_catalog.pg_attrdef ad ON ad.oid = dep.objid
WHERE dep.refobjid = 0::oid ORDER BY 1, 2;

-- [pgcli tables]
SELECT n.nspname schema_name, c.relname table_name FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = ANY(ARRAY['r', 'p', 'f']) AND n.nspname = 'silver' ORDER BY 1, 2;

-- [pgcli columns]
SELECT nsp.nspname schema_name, cls.relname table_name, att.attname column_name, att.atttypid::regtype::text type_name,
att.atthasdef AS has_default, pg_catalog.pg_get_expr(def.adbin, def.adrelid, true) as default
FROM pg_catalog.pg_attribute att
INNER JOIN pg_catalog.pg_class cls ON att.attrelid = cls.oid
INNER JOIN pg_catalog.pg_namespace nsp ON cls.relnamespace = nsp.oid
LEFT OUTER JOIN pg_attrdef def ON def.adrelid = att.attrelid AND def.adnum = att.attnum
WHERE cls.relkind = ANY(ARRAY['r', 'p', 'f']) AND NOT att.attisdropped AND att.attnum > 0 AND nsp.nspname = 'silver'
ORDER BY 1, 2, att.attnum;

-- [pgcli foreign keys]
SELECT s_p.nspname AS parentschema, t_p.relname AS parenttable,
unnest((select array_agg(attname ORDER BY i) from (select unnest(confkey) as attnum, generate_subscripts(confkey, 1) as i) x
    JOIN pg_catalog.pg_attribute c USING(attnum) WHERE c.attrelid = fk.confrelid)) AS parentcolumn,
s_c.nspname AS childschema, t_c.relname AS childtable,
unnest((select array_agg(attname ORDER BY i) from (select unnest(conkey) as attnum, generate_subscripts(conkey, 1) as i) x
    JOIN pg_catalog.pg_attribute c USING(attnum) WHERE c.attrelid = fk.conrelid)) AS childcolumn
FROM pg_catalog.pg_constraint fk
JOIN pg_catalog.pg_class t_p ON t_p.oid = fk.confrelid
JOIN pg_catalog.pg_namespace s_p ON s_p.oid = t_p.relnamespace
JOIN pg_catalog.pg_class t_c ON t_c.oid = fk.conrelid
JOIN pg_catalog.pg_namespace s_c ON s_c.oid = t_c.relnamespace
WHERE fk.contype = 'f';

-- [pgcli functions]
SELECT n.nspname schema_name, p.proname func_name, p.proargnames, COALESCE(proallargtypes::regtype[], proargtypes::regtype[])::text[],
p.proargmodes, prorettype::regtype::text return_type, p.prokind = 'a' is_aggregate, p.prokind = 'w' is_window,
p.proretset is_set_returning, d.deptype = 'e' is_extension, pg_get_expr(proargdefaults, 0) AS arg_defaults
FROM pg_catalog.pg_proc p
INNER JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN pg_depend d ON d.objid = p.oid and d.deptype = 'e'
WHERE p.prorettype::regtype != 'trigger'::regtype AND p.proname = 'abs' ORDER BY 1, 2, p.oid;
