"""What Redis does in one step for the inboxes, in its own Lua: nothing of another's comes in between."""

# Keys: of each lane its waiting list, its sign that somebody drains it, its bell; then each text's inbox.
# Arguments: how many lanes, how long a sign lasts (s); then of each text its lane's place (from 1), the inbox's name,
# SID, sealed text, when it came.
# Answers a 1 for each lane that got a text and is drained by nobody: its sign is set, and whoever put the text wakes
# a drainer.
PUT = """
local lanes, got, answer = tonumber(ARGV[1]), {}, {}
local text = 0
for at = 3, #ARGV, 5 do
  text = text + 1
  local lane = tonumber(ARGV[at])
  redis.call('HSETNX', KEYS[3 * lanes + text], ARGV[at + 2], ARGV[at + 3])
  redis.call('ZADD', KEYS[3 * lane - 2], 'NX', ARGV[at + 4], ARGV[at + 1])
  got[lane] = true
end
for lane = 1, lanes do
  answer[lane] = 0
  if got[lane] then
    if redis.call('SET', KEYS[3 * lane - 1], 'asked', 'NX', 'EX', ARGV[2]) then
      answer[lane] = 1
    else
      redis.call('LPUSH', KEYS[3 * lane], '1')
      redis.call('LTRIM', KEYS[3 * lane], 0, 0)
    end
  end
end
return answer
"""

# Keys: the waiting list, the leases, the sign, the waiting list of crises (whose texters another lane does not take;
# but for one that a clock ahead of ours has stamped).
# Arguments: now, when the leases end, how many inboxes at most, up to which first text, how long the sign is to last
# (0: whoever takes does not stay), what the names of inboxes begin with.
TAKE = """
if tonumber(ARGV[5]) > 0 then redis.call('SET', KEYS[3], 'here', 'EX', ARGV[5]) end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[1])
local found, at, most = {}, 0, tonumber(ARGV[3])
while #found < most do
  local some = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[4], 'LIMIT', at, 100)
  if #some == 0 then break end
  at = at + #some
  for _, inbox in ipairs(some) do
    local crisis = KEYS[4] ~= KEYS[1] and redis.call('ZSCORE', KEYS[4], inbox)
    local passed = crisis and tonumber(crisis) <= tonumber(ARGV[1])
    if #found < most and not passed and redis.call('ZADD', KEYS[2], 'NX', ARGV[2], inbox) == 1 then
      found[#found + 1] = {inbox, redis.call('HGETALL', ARGV[6] .. inbox)}
    end
  end
end
return found
"""

# Keys: the inbox, both waiting lists, both leases. Arguments: the inbox's name, SIDs.
# Takes the inbox off the lists only while it is empty: a text that has come meanwhile stays listed.
FORGET = """
if #ARGV > 1 then redis.call('HDEL', KEYS[1], unpack(ARGV, 2)) end
if redis.call('HLEN', KEYS[1]) == 0 then
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('ZREM', KEYS[3], ARGV[1])
end
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('ZREM', KEYS[5], ARGV[1])
"""

# Keys: the bell, the sign. Answers 0 when the bell has been rung: there is more to do.
REST = """
if redis.call('DEL', KEYS[1]) == 1 then return 0 end
redis.call('DEL', KEYS[2])
return 1
"""
