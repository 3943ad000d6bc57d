import { DEVICE_LOGIN, INTERACTION } from '../../domain/lifetimes.ts'
import { owedNames } from '../audit/redis-audit-outbox.ts'

// What runs in Redis as one step. Every key begins with the installation's prefix.

/** Names of the keys; `waiting` is a sorted set of unfinished sign-ins by expiry, of one host or of all. */
export const namesOf = (prefix: string) => ({
  keyName: (key: string) => `${prefix}:record:{${key}}`,
  uidName: (uidKey: string) => `${prefix}:record-uid:${uidKey}`,
  grantName: (grantKey: string) => `${prefix}:record-grant:${grantKey}`,
  waitingName: (place = '') => `${prefix}:record-waiting:${place}`,
  listName: (listKey: string) => `${prefix}:record-list:${listKey}`,
  groupName: (group: string) => `${prefix}:record-group:${group}`,
  owed: owedNames(prefix),
})
type Names = ReturnType<typeof namesOf>

const naming = ({ keyName }: Names) => `local function name(key) return '${keyName("' .. key .. '")}' end`
/** Takes a record off the unfinished sign-ins, where it is the member `network|key`. */
const leaving = ({ waitingName }: Names) => `local function leave(key)
  local place, from = unpack(redis.call('hmget', name(key), 'waitsAt', 'waitsFrom'))
  if not place then return end
  redis.call('zrem', '${waitingName()}' .. place, from .. '|' .. key)
  redis.call('zrem', '${waitingName()}', from .. '|' .. key)
  redis.call('hdel', name(key), 'waitsAt', 'waitsFrom', 'waitsWith')
end`

/** Takes a record off its lists, where it is the member `listedAs|key`, and its group, a sorted set by expiry. */
const unlisting = ({ listName, groupName }: Names) => `local function unlist(key)
  local as, tenant, person, group = unpack(redis.call('hmget', name(key), 'listedAs', 'tenantList', 'personList', 'listGroup'))
  if not as then return end
  for _, list in ipairs({ tenant, person }) do redis.call('zrem', '${listName('')}' .. list, as .. '|' .. key) end
  redis.call('zrem', '${groupName('')}' .. group, key)
end`

/** ARGV: a key. */
export const stopWaitingScript = (names: Names) => `${naming(names)}
${leaving(names)}
leave(ARGV[1])`

/** ARGV: a place, how many, now. Removes the oldest of the network with the most, with their companions. Returns how many. */
export const giveWayScript = (names: Names) => `${naming(names)}
${leaving(names)}
local waiting = '${names.waitingName()}' .. ARGV[1]
local members = redis.call('zrangebyscore', waiting, ARGV[3], '+inf')
local counts, largest = {}, nil
for _, member in ipairs(members) do
  local from = string.match(member, '^[^|]*')
  counts[from] = (counts[from] or 0) + 1
  if not largest or counts[from] > counts[largest] then largest = from end
end
local gone = 0
for _, member in ipairs(members) do
  if gone >= tonumber(ARGV[2]) then break end
  if string.match(member, '^[^|]*') == largest then
    local key = string.sub(member, #largest + 2)
    local companions = redis.call('hget', name(key), 'waitsWith') or ''
    leave(key)
    redis.call('zrem', waiting, member)
    redis.call('del', name(key))
    for each in string.gmatch(companions, '[^,]+') do
      local login = redis.call('get', '${names.uidName('')}' .. each)
      if login then redis.call('del', name(login), '${names.uidName('')}' .. each) end
      redis.call('del', name(each))
    end
    gone = gone + 1
  end
end
return gone`

/**
 * Writes a batch atomically. ARGV: the batch as JSON, then the payload of each of its rows. Returns 1 when done, then
 * the keys of replaced records that are gone. A grant index lives as long as its longest-lived member.
 */
export const writeScript = (names: Names) => `local batch = cjson.decode(ARGV[1])
${naming(names)}
${leaving(names)}
${unlisting(names)}
for _, key in ipairs(batch.consumed) do
  if redis.call('exists', name(key)) == 0 or redis.call('hexists', name(key), 'consumed') == 1 then return { 0 } end
end
for _, key in ipairs(batch.removedOnce) do
  if redis.call('exists', name(key)) == 0 then return { 0 } end
end
for _, key in ipairs(batch.consumed) do redis.call('hset', name(key), 'consumed', math.floor(batch.now / 1000)) end
for _, key in ipairs(batch.removed) do
  leave(key)
  unlist(key)
  redis.call('del', name(key))
end
for _, owed in ipairs(batch.events) do
  if redis.call('hsetnx', '${names.owed.events}', owed.id, owed.event) == 1 then redis.call('zadd', '${names.owed.due}', batch.now, owed.tenant .. ':' .. owed.id) end
end
local answer = { 1 }
for index, row in ipairs(batch.rows) do
  if row.isReplacing and redis.call('exists', name(row.key)) == 0 then
    answer[#answer + 1] = row.key
  else
    leave(row.key)
    redis.call('hset', name(row.key), 'kind', row.kind, 'payload', ARGV[index + 1],
      'uid', row.uidKey or '', 'relatedKeys', table.concat(row.relatedKeys, ','), 'relatedUid', row.relatedUidKey or '')
    redis.call('expire', name(row.key), row.ttl)
    if row.uidKey then
      -- A uid belongs to one record: an earlier one with another id ends.
      local uid = '${names.uidName('')}' .. row.uidKey
      local before = redis.call('get', uid)
      if before and before ~= row.key then redis.call('del', name(before)) end
      redis.call('set', uid, row.key, 'EX', row.ttl)
    end
    if row.grantKey then
      local grant = '${names.grantName('')}' .. row.grantKey
      redis.call('sadd', grant, row.key)
      if redis.call('ttl', grant) < row.ttl then redis.call('expire', grant, row.ttl) end
    end
    if row.listedAs then
      redis.call('hset', name(row.key), 'listedAs', row.listedAs, 'tenantList', row.tenantList, 'personList', row.personList,
        'listGroup', row.listGroup)
      local group = '${names.groupName('')}' .. row.listGroup
      redis.call('zremrangebyscore', group, 0, batch.now)
      redis.call('zadd', group, batch.now + row.ttl * 1000, row.key)
      redis.call('expire', group, ${DEVICE_LOGIN})
      for key, oldest in pairs({ [row.tenantList] = row.oldestOfTenant, [row.personList] = batch.oldestOfPerson }) do
        local list = '${names.listName('')}' .. key
        redis.call('zremrangebylex', list, '-', '(' .. oldest)
        redis.call('zadd', list, 0, row.listedAs .. '|' .. row.key)
        redis.call('expire', list, ${DEVICE_LOGIN})
      end
    end
    if row.waitsAt then
      local member = row.waitsFrom .. '|' .. row.key
      redis.call('hset', name(row.key), 'waitsAt', row.waitsAt, 'waitsFrom', row.waitsFrom, 'waitsWith', table.concat(row.waitsWith, ','))
      for _, place in ipairs({ row.waitsAt, '' }) do
        redis.call('zadd', '${names.waitingName()}' .. place, batch.now + row.ttl * 1000, member)
        redis.call('expire', '${names.waitingName()}' .. place, math.max(row.ttl, ${INTERACTION}))
      end
    end
  end
end
return answer`

/** Of a hundred members each, so that no call occupies Redis for long. */
const MOST_ROUNDS = 20

/**
 * ARGV: the key of a list, where to begin, how many. Returns where to go on, empty at the end, then key and payload of each
 * record; members whose record has expired are dropped.
 */
export const listScript = ({ keyName, listName }: Names) => `local list = '${listName('')}' .. ARGV[1]
local from, found, wanted = ARGV[2], { '' }, tonumber(ARGV[3])
for _ = 1, ${MOST_ROUNDS} do
  local members = redis.call('zrevrangebylex', list, from, '-', 'LIMIT', 0, 100)
  if #members == 0 then return found end
  for _, member in ipairs(members) do
    local key = string.match(member, '|(.*)$')
    local payload = redis.call('hget', '${keyName("' .. key .. '")}', 'payload')
    if not payload then
      redis.call('zrem', list, member)
    else
      found[#found + 1] = key
      found[#found + 1] = payload
      if #found > 2 * wanted then return found end
    end
    from = '(' .. member
  end
end
found[1] = from
return found`

/**
 * ARGV: the key of a record. Returns key, payload, time of consumption and uid key of the record and of each related one
 * that exists.
 */
export const readScript = ({ keyName, uidName }: Names) => `local found = {}
local function add(key)
  local row = redis.call('hmget', '${keyName("' .. key .. '")}', 'payload', 'consumed', 'uid', 'relatedKeys', 'relatedUid')
  if row[1] then for _, value in ipairs({ key, row[1], row[2] or '', row[3] or '' }) do found[#found + 1] = value end end
  return row[4] or '', row[5] or ''
end
local keys, uid = add(ARGV[1])
for key in string.gmatch(keys, '[^,]+') do add(key) end
local key = uid ~= '' and redis.call('get', '${uidName('')}' .. uid)
if key then add(key) end
return found`
