-- Asks the gateway whether a request is signed in (see haproxy.cfg), by HAProxy's own HTTP client.

local VERIFY = 'http://127.0.0.1:4000/auth/verify/apps/portal'
local SIGN_IN = '/auth/signin?app=portal&returnPath='
local IDENTITY = { 'x-auth-user', 'x-auth-tenant', 'x-auth-name', 'x-auth-email', 'x-auth-extensions' }

-- Ends the request with this answer.
local function answer(txn, status, headers)
  local reply = txn:reply({ status = status })
  for name, value in pairs(headers or {}) do reply:add_header(name, value) end
  txn:done(reply)
end

-- Redirects pages to the sign-in; everything else gets the 401. returnPath is last: it is not encoded.
local function ask_to_sign_in(txn)
  local method = txn.f:method()
  local accepted = txn.f:req_fhdr('accept') or ''
  local is_page = (method == 'GET' or method == 'HEAD') and accepted:find('text/html', 1, true)
  if is_page then answer(txn, 302, { location = SIGN_IN .. txn.f:pathq() }) end
  answer(txn, 401)
end

core.register_action('forward-auth', { 'http-req' }, function(txn)
  local sent = txn.http:req_get_headers()
  -- The gateway needs only the host and the cookie, so it receives nothing else of the client.
  local asked = {}
  for _, name in ipairs({ 'host', 'cookie', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-for' }) do
    if sent[name] then asked[name] = { sent[name][0] } end
  end
  local verdict = core.httpclient():get({ url = VERIFY, headers = asked, timeout = 5000 })

  if verdict.status == 200 then
    for _, name in ipairs(IDENTITY) do
      if verdict.headers[name] then txn.http:req_set_header(name, verdict.headers[name][0]) end
    end
  elseif verdict.status == 401 then
    ask_to_sign_in(txn)
  elseif verdict.status == nil or verdict.status < 400 then
    answer(txn, 503)
  else
    -- Unknown host, too many requests, an unavailable store.
    local retry_after = verdict.headers and verdict.headers['retry-after']
    answer(txn, verdict.status, retry_after and { ['retry-after'] = retry_after[0] })
  end
end)
