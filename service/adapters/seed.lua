-- Writes a job's whole event log anew, with a new epoch and seq 1, unless this server has one that is no older.
-- Answers 1 if it did, else 0.
--
-- KEYS   main, pages, log, steps, stream
-- ARGV   1 run_id  2 random  3 the message's start  4-6 channels  7 run  8 seconds to live
--        9 revision  10 total cost  11 done cost  12 percent  13 number of the last log line
--        14-17  how many main fields, pages, log lines, steps; then as many pairs: name, text

local main_key = KEYS[1]
local run_id, run, revision = ARGV[1], ARGV[7], tonumber(ARGV[9])
local CHUNK = 2000

local stored = redis.call('HMGET', main_key, '_epoch', '_revision', '_run', 'percent')
local of_this_server = stored[1] and string.sub(stored[1], -#run_id - 1) == '.' .. run_id
if of_this_server and tonumber(stored[2]) >= revision then return 0 end

-- Within a run the percentage never goes down, not even with a new epoch.
local percent = ARGV[12]
if stored[3] == run and tonumber(stored[4] or 0) > tonumber(percent) then percent = stored[4] end

redis.call('DEL', unpack(KEYS))
local epoch = ARGV[2] .. '.' .. run_id
redis.call('HSET', main_key,
  '_epoch', epoch, '_seq', '1', '_run', run, '_revision', ARGV[9], '_total', ARGV[10], '_done', ARGV[11],
  '_sum', ARGV[11], '_floor', '0', '_p0', percent, '_d0', ARGV[11], '_log', ARGV[13], 'percent', percent)

local at = 18
for i = 1, 4 do
  local ends = at + 2 * tonumber(ARGV[13 + i]) - 1
  for from = at, ends, CHUNK do
    redis.call('HSET', KEYS[i], unpack(ARGV, from, math.min(from + CHUNK - 1, ends)))
  end
  at = ends + 1
  redis.call('EXPIRE', KEYS[i], ARGV[8])
end

local clock = redis.call('TIME')
local now = string.format('%s.%03d', clock[1], math.floor(tonumber(clock[2]) / 1000))
local message = ARGV[3] .. ',"epoch":"' .. epoch .. '","seq":[1,1],"run":' .. run .. ',"revision":' .. ARGV[9]
  .. ',"at":' .. now .. ',"seeded":true,"set":{}}'
for i = 4, 6 do redis.call('PUBLISH', ARGV[i], message) end
return 1
