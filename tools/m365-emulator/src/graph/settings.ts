/** Page sizes are the server's choice; small ones make a small directory page like a large one. */
export type GraphSettings = { defaultPageSize: number; deltaPageSize: number }
