/** Microsoft Graph as an application, and its application permission User.Read.All. */
export const GRAPH_APP_ID = '00000003-0000-0000-c000-000000000000'
export const USER_READ_ALL_ROLE_ID = 'df021288-bdef-4463-88db-98f22de89214'
