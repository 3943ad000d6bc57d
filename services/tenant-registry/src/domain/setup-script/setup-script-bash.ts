import { CLOUDS } from '@jackfield/microsoft-identity/clouds'
import { GRAPH_APP_ID, USER_READ_ALL_ROLE_ID } from './graph-registration.ts'
import type { Setup } from './setup-script.ts'

/** One word to the shell whatever it holds. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

export function bashSetupScript(setup: Setup): string {
  const { appName, clientId, directoryId, cloud, redirectPlatform, redirectUris } = setup
  return `#!/usr/bin/env bash
# Sets up "Sign in with Microsoft" in Entra ID (formerly Azure AD): registration, redirect URIs, the application permission User.Read.All,
# admin consent and a client secret of 24 months. What is there already stays.
# To be run by a Global Administrator or Privileged Role Administrator of the directory, with the Azure CLI; Azure Cloud Shell has it.
set -euo pipefail

directory=${quoted(directoryId)}
client=${quoted(clientId)}
name=${quoted(appName)}
platform=${quoted(redirectPlatform)}
wanted=(${redirectUris.map(quoted).join(' ')})
graph=${quoted(GRAPH_APP_ID)}
user_read_all=${quoted(USER_READ_ALL_ROLE_ID)}

az cloud set --name ${quoted(CLOUDS[cloud].azureCli)}
if [ "$(az account show --query tenantId --output tsv 2>/dev/null || true)" != "$directory" ]; then
  az login --tenant "$directory" --allow-no-subscriptions --output none
fi

app=$(az ad app show --id "$client" --query appId --output tsv 2>/dev/null || true)
if [ -z "$app" ]; then
  app=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId --output tsv)
fi

uris=()
while IFS= read -r uri; do [ -n "$uri" ] && uris+=("$uri"); done < <(az ad app show --id "$app" --query "$platform.redirectUris[]" --output tsv)
for uri in "\${wanted[@]}"; do
  case " \${uris[*]-} " in *" $uri "*) ;; *) uris+=("$uri") ;; esac
done
if [ "$platform" = web ]; then
  az ad app update --id "$app" --web-redirect-uris "\${uris[@]}"
else
  object=$(az ad app show --id "$app" --query id --output tsv)
  json=$(printf '"%s",' "\${uris[@]}")
  az rest --method PATCH --resource-type ms-graph --uri "/v1.0/applications/$object" --headers Content-Type=application/json \\
    --body "{\\"spa\\":{\\"redirectUris\\":[\${json%,}]}}"
fi

az ad sp show --id "$app" --output none 2>/dev/null || az ad sp create --id "$app" --output none
if ! az ad app permission list --id "$app" --output tsv --query "[].resourceAccess[].id" | grep -qi "$user_read_all"; then
  az ad app permission add --id "$app" --api "$graph" --api-permissions "$user_read_all=Role" --output none
fi
# A new registration takes a moment until consent can be given.
for attempt in 1 2 3 4 5 6; do
  az ad app permission admin-consent --id "$app" && break
  [ "$attempt" = 6 ] && { echo 'Admin consent was not given: it takes a Global Administrator or Privileged Role Administrator.' >&2; exit 1; }
  sleep 10
done

secret=$(az ad app credential reset --id "$app" --append --display-name Phone --years 2 --query password --output tsv)

echo
echo 'Enter this in Control:'
echo "  Application (client) ID  $app"
echo "  Directory (tenant) ID    $directory"
echo "  Client secret value      $secret"
echo '  Expires                  in 24 months'
echo 'The secret is shown this once. Clear the screen when it is entered.'
`
}
