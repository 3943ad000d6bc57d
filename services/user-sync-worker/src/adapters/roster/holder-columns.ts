/** The holder of an extension as a `ReadHolder`, from `roster.phone_user u`. */
export const HOLDER_COLUMNS = `json_build_object('userId', u.id, 'displayName', u.display_name, 'status', u.status, 'statusSince', u.status_since)`

/** Joins the binding `b` of an extension `e` and its person `u`, each looked up by its key (FC-62). */
export const HOLDER_OF_EXTENSION = `
left join lateral (
  select user_id from roster.binding where phone_system_id = e.phone_system_id and extension = e.number limit 1) b on true
left join lateral (select * from roster.phone_user where id = b.user_id limit 1) u on true`
