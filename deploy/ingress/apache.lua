-- Hooks of apache.conf.
local http = require 'socket.http'

local VERIFY = 'http://127.0.0.1:4000/auth/verify/apps/portal'
local SIGN_IN = '/auth/signin?app=portal&returnPath='
local IDENTITY = { 'X-Auth-User', 'X-Auth-Tenant', 'X-Auth-Name', 'X-Auth-Email', 'X-Auth-Extensions' }
http.TIMEOUT = 5

function drop_aliases(r)
  for name in pairs(r:headers_in_table()) do
    if name:find('[^%w-]') then r.headers_in[name] = nil end
  end
  return apache2.DECLINED
end

-- Asks the gateway whether the request is signed in.
function forward_auth(r)
  local _, status, headers = http.request({
    url = VERIFY,
    redirect = false,
    -- The gateway needs only the host and the cookie, so it receives nothing else of the client.
    headers = {
      host = r.headers_in['Host'],
      cookie = r.headers_in['Cookie'],
      ['x-forwarded-host'] = r.headers_in['Host'],
      ['x-forwarded-proto'] = r.is_https and 'https' or 'http',
      ['x-forwarded-for'] = r.useragent_ip,
    },
  })

  if status == 200 then
    for _, name in ipairs(IDENTITY) do r.headers_in[name] = headers[name:lower()] end
    return apache2.DECLINED
  end
  if status == 401 then return ask_to_sign_in(r) end
  if type(status) ~= 'number' or status < 400 then return 503 end
  -- Unknown host, too many requests, an unavailable store.
  r.err_headers_out['Retry-After'] = headers['retry-after']
  return status
end

-- Redirects pages to the sign-in; everything else gets the 401. returnPath is last: it is not encoded.
function ask_to_sign_in(r)
  local accepted = r.headers_in['Accept'] or ''
  local is_page = (r.method == 'GET' or r.method == 'HEAD') and accepted:find('text/html', 1, true)
  if not is_page then return 401 end
  r.headers_out['Location'] = SIGN_IN .. r.unparsed_uri
  return 302
end
