/** Who holds an extension, as a `ReadHolder`, from `roster.phone_user u`. */
export const HOLDER_COLUMNS = `json_build_object('userId', u.id, 'displayName', u.display_name, 'status', u.status, 'statusSince', u.status_since)`
