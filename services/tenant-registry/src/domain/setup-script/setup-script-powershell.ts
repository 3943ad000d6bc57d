import { CLOUDS } from '@jackfield/microsoft-identity/clouds'
import { GRAPH_APP_ID, USER_READ_ALL_ROLE_ID } from './graph-registration.ts'
import type { Setup } from './setup-script.ts'

/** A literal string; PowerShell takes typographic quotes as quotes too. */
const quoted = (text: string) => `'${text.replace(/['‘’‚‛]/g, '$&$&')}'`

export function powershellSetupScript(setup: Setup): string {
  const { appName, clientId, directoryId, cloud, redirectPlatform, redirectUris } = setup
  const member = redirectPlatform === 'web' ? 'Web' : 'Spa'
  return `# Sets up "Sign in with Microsoft" in Entra ID (formerly Azure AD): registration, redirect URIs, the application permission User.Read.All,
# admin consent and a client secret of 24 months. What is there already stays.
# To be run by a Global Administrator or Privileged Role Administrator of the directory, in PowerShell 7 with the module Microsoft.Graph.
$ErrorActionPreference = 'Stop'

$directory = ${quoted(directoryId)}
$client = ${quoted(clientId)}
$name = ${quoted(appName)}
$wanted = @(${redirectUris.map(quoted).join(', ')})
$graphAppId = ${quoted(GRAPH_APP_ID)}
$userReadAll = ${quoted(USER_READ_ALL_ROLE_ID)}

Connect-MgGraph -TenantId $directory -Environment ${quoted(CLOUDS[cloud].graphPowerShell)} -Scopes 'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All' -NoWelcome

$app = Get-MgApplication -Filter "appId eq '$client'"
if (-not $app) { $app = New-MgApplication -DisplayName $name -SignInAudience 'AzureADMyOrg' }

$uris = @(@($app.${member}.RedirectUris) + $wanted | Where-Object { $_ } | Select-Object -Unique)
$permission = @{ ResourceAppId = $graphAppId; ResourceAccess = @(@{ Id = $userReadAll; Type = 'Role' }) }
$access = @($app.RequiredResourceAccess | Where-Object { $_.ResourceAppId -ne $graphAppId })
$ofGraph = $app.RequiredResourceAccess | Where-Object { $_.ResourceAppId -eq $graphAppId }
if ($ofGraph) {
  $others = @($ofGraph.ResourceAccess | Where-Object { $_.Id -ne $userReadAll } | ForEach-Object { @{ Id = $_.Id; Type = $_.Type } })
  $permission.ResourceAccess = $permission.ResourceAccess + $others
}
Update-MgApplication -ApplicationId $app.Id -${member} @{ RedirectUris = $uris } -RequiredResourceAccess ($access + $permission)

$principal = Get-MgServicePrincipal -Filter "appId eq '$($app.AppId)'"
if (-not $principal) { $principal = New-MgServicePrincipal -AppId $app.AppId }
$graph = Get-MgServicePrincipal -Filter "appId eq '$graphAppId'"
$granted = Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $principal.Id | Where-Object { $_.AppRoleId -eq $userReadAll }
if (-not $granted) {
  New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $principal.Id -PrincipalId $principal.Id -ResourceId $graph.Id -AppRoleId $userReadAll | Out-Null
}

$expires = (Get-Date).ToUniversalTime().AddMonths(24)
$secret = Add-MgApplicationPassword -ApplicationId $app.Id -PasswordCredential @{ DisplayName = 'Phone'; EndDateTime = $expires }

Write-Host ''
Write-Host 'Enter this in Control:'
Write-Host "  Application (client) ID  $($app.AppId)"
Write-Host "  Directory (tenant) ID    $directory"
Write-Host "  Client secret value      $($secret.SecretText)"
Write-Host "  Expires                  $($expires.ToString('yyyy-MM-dd'))"
Write-Host 'The secret is shown this once. Clear the screen when it is entered.'
`
}
