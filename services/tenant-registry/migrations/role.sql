-- Audit events are only ever added. Applied after the role and its grants were made (libs/postgres/sql/role.sql).
revoke update, delete on registry.audit_event from jackfield_registry;
