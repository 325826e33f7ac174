-- Appends to one job's event log what its row says (mode "row") or what a step reports (mode "facts"): fence, sum,
-- seq + 1, snapshot, stream and PUBLISH, all or nothing. Answers {outcome, bytes published}, where the outcome is
-- "appended", "unchanged", "refused" or "seed_needed".
--
-- KEYS   main, pages, log, steps, stream
-- ARGV   1 run_id  2 mode  3 the message's start  4-6 channels  7 run
--        8 seconds to live  9 the same once ended  10 seconds of the stream  11 its length
--        12-17  row:   revision, total cost, done cost, percent or "", fields that a new run clears, maps given whole
--               facts: step, attempt, done cost, "1" if ended, token of this call, ""
--        18-21  how many fields, map entries, ranges of pages, log lines; then
--        field, text .. | map, key, text .. | "3" or "1-9", code .. | line ..
-- Every text is JSON made by the caller, compared and passed on as it is; "null" deletes. Bookkeeping fields of the
-- main hash begin with "_"; a map's entry is the field "map/key".

local main_key, pages_key, log_key, steps_key, stream_key = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local run_id, mode, run = ARGV[1], ARGV[2], tonumber(ARGV[7])
local is_row = mode == 'row'
local LOG_LINES, CHUNK = 200, 2000
-- Lifetimes of a week are prolonged this often and not at each append.
local PROLONG_SECONDS = 60
local ENDED = { ['"completed"'] = true, ['"failed"'] = true, ['"cancelled"'] = true }
local AT_WORK = { ['"processing"'] = true, ['"pausing"'] = true }
local PACE_SECONDS = 1
local AT_REST = { ['"staged"'] = true, ['"paused"'] = true, ['"waiting"'] = true }

-- What was given ---------------------------------------------------------------------------------------------------

local field_count, entry_count = tonumber(ARGV[18]), tonumber(ARGV[19])
local range_count, line_count = tonumber(ARGV[20]), tonumber(ARGV[21])
local fields_at = 22
local entries_at = fields_at + 2 * field_count
local pages_at = entries_at + 3 * entry_count
local lines_at = pages_at + 2 * range_count

-- What is known: field -> text of the main hash, all of it for a row, what matters for facts ------------------------

local known = {}

local function read_all()
  local flat = redis.call('HGETALL', main_key)
  for i = 1, #flat, 2 do known[flat[i]] = flat[i + 1] end
end

local function read_named()
  local names = {
    '_epoch', '_run', '_revision', '_seq', '_total', '_done', '_sum', '_floor', '_p0', '_d0', '_log',
    '_prolonged', 'state', 'percent', 'eta_seconds', '_pace_at', '_pace_done',
    'counters/pages_done', 'counters/pages_failed',
  }
  for i = fields_at, entries_at - 1, 2 do names[#names + 1] = ARGV[i] end
  for i = entries_at, pages_at - 1, 3 do names[#names + 1] = ARGV[i] .. '/' .. ARGV[i + 1] end
  local texts = redis.call('HMGET', main_key, unpack(names))
  for i, name in ipairs(names) do known[name] = texts[i] end
end

if is_row then read_all() else read_named() end

-- Whether it may be appended ---------------------------------------------------------------------------------------

local epoch = known._epoch
if not epoch or string.sub(epoch, -#run_id - 1) ~= '.' .. run_id then return { 'seed_needed', 0 } end

local stored_run = tonumber(known._run)
local new_run = is_row and run > stored_run
local step_before, step_is_new = 0, true
local prolong = {}
local lines, is_late = {}, false
for i = lines_at, lines_at + line_count - 1 do lines[#lines + 1] = ARGV[i] end

-- Whoever publishes a job's row publishes all that was committed, but knows the lines of its own change only. So the
-- lines of a revision that another has published already still join the log, once, and nothing else of it does.
local function lines_not_there()
  local there, missing = {}, {}
  for _, line in ipairs(redis.call('HVALS', log_key)) do there[line] = true end
  for _, line in ipairs(lines) do
    if not there[line] then missing[#missing + 1] = line end
    there[line] = true
  end
  return missing
end

if is_row then
  if run < stored_run then return { 'refused', 0 } end
  if tonumber(ARGV[12]) <= tonumber(known._revision) then
    is_late = true
    if run == stored_run and #lines > 0 then lines = lines_not_there() else lines = {} end
    if #lines == 0 then return { 'refused', 0 } end
    fields_at, entries_at, pages_at = lines_at, lines_at, lines_at
  end
else
  if run ~= stored_run or ENDED[known.state] or AT_REST[known.state] then return { 'refused', 0 } end
  local step = redis.call('HGET', steps_key, ARGV[12])
  if step then
    step_is_new = false
    local attempt, done, ended, token = string.match(step, '^(%d+) (%d+) (%d) (.*)$')
    if token == ARGV[16] then return { 'appended', 0 } end
    local newer = tonumber(ARGV[13]) - tonumber(attempt)
    if newer < 0 or (newer == 0 and ended == '1') then return { 'refused', 0 } end
    step_before = tonumber(done)
  end
end

-- What changes ------------------------------------------------------------------------------------------------------

local parts, entries, map_names = {}, {}, {}
local writes, removed = {}, {}

local function keep(name, text)
  known[name] = text
  writes[#writes + 1] = name
  writes[#writes + 1] = text
end

local function changes(name, text)
  if (known[name] or 'null') == text then return false end
  if text == 'null' then
    known[name] = false
    removed[#removed + 1] = name
  else
    keep(name, text)
  end
  return true
end

local function say(name, text)
  parts[#parts + 1] = '"' .. name .. '":' .. text
end

local function say_entry(map, quoted, text)
  if not entries[map] then
    entries[map] = {}
    map_names[#map_names + 1] = map
  end
  local said = entries[map]
  said[#said + 1] = quoted .. ':' .. text
end

local function set_field(name, text)
  if changes(name, text) then say(name, text) end
end

local function set_entry(map, key, text)
  if changes(map .. '/' .. key, text) then say_entry(map, cjson.encode(key), text) end
end

local function in_chunks(command, key, list)
  for i = 1, #list, CHUNK do
    redis.call(command, key, unpack(list, i, math.min(i + CHUNK - 1, #list)))
  end
end

local phase_before = known.phase
local given = {}
for i = fields_at, entries_at - 1, 2 do
  given[ARGV[i]] = true
  set_field(ARGV[i], ARGV[i + 1])
end
for i = entries_at, pages_at - 1, 3 do
  given[ARGV[i] .. '/' .. ARGV[i + 1]] = true
  set_entry(ARGV[i], ARGV[i + 1], ARGV[i + 2])
end

-- Entries of these maps that were not given are gone.
local function remove_others(maps)
  local gone = {}
  for name in pairs(known) do
    local map, key = string.match(name, '^(%a+)/(.*)$')
    if map and maps[map] and known[name] and not given[name] then gone[#gone + 1] = { map, key } end
  end
  table.sort(gone, function(a, b) return a[1] .. a[2] < b[1] .. b[2] end)
  for _, each in ipairs(gone) do set_entry(each[1], each[2], 'null') end
end

if is_row and not is_late then
  -- What was being done belongs to the phase that it was done in.
  if known.phase ~= phase_before and not given.detail then set_field('detail', 'null') end
  local maps = {}
  for map in string.gmatch(ARGV[17], '[^,]+') do maps[map] = true end
  if new_run then
    for name in string.gmatch(ARGV[16], '[^,]+') do
      maps[name] = true
      if not given[name] then set_field(name, 'null') end
    end
    -- These two are counted below, from the pages that stay.
    given['counters/pages_done'], given['counters/pages_failed'] = true, true
  end
  remove_others(maps)
end

-- Pages, and how many are done or failed ----------------------------------------------------------------------------

local pages_done = tonumber(known['counters/pages_done'] or 0)
local pages_failed = tonumber(known['counters/pages_failed'] or 0)
local page_writes, said_pages = {}, {}

-- A page that is left out (route s) counts nowhere.
local function count(code, by)
  local state = string.match(code or '', '^[^s](.)')
  if state == 'd' then pages_done = pages_done + by elseif state == 'f' then pages_failed = pages_failed + by end
end

if new_run then
  local gone = {}
  local flat = redis.call('HGETALL', pages_key)
  pages_done, pages_failed = 0, 0
  for i = 1, #flat, 2 do
    if string.sub(flat[i + 1], 2, 2) == 'd' then
      count(flat[i + 1], 1)
    else
      gone[#gone + 1] = flat[i]
      said_pages[tonumber(flat[i])] = 'null'
    end
  end
  in_chunks('HDEL', pages_key, gone)
end

local numbers, codes = {}, {}
for i = pages_at, lines_at - 1, 2 do
  for _, number in ipairs(pages_of(ARGV[i])) do
    numbers[#numbers + 1], codes[#codes + 1] = number, ARGV[i + 1]
  end
end
for from = 1, #numbers, CHUNK do
  local before = redis.call('HMGET', pages_key, unpack(numbers, from, math.min(from + CHUNK - 1, #numbers)))
  for i, was in ipairs(before) do
    local number, code = numbers[from + i - 1], codes[from + i - 1]
    if was ~= code then
      if not was then prolong[pages_key] = true end
      count(was, -1)
      count(code, 1)
      page_writes[#page_writes + 1] = number
      page_writes[#page_writes + 1] = code
      said_pages[tonumber(number)] = '"' .. code .. '"'
    end
  end
end

each_range(said_pages, function(range, text) say_entry('pages', '"' .. range .. '"', text) end)

local function set_count(key, number)
  if number > 0 or known['counters/' .. key] then set_entry('counters', key, whole(number)) end
end
set_count('pages_done', pages_done)
set_count('pages_failed', pages_failed)

-- Percent: service/domain/progress.py, in the same order of operations so that the same floats come out --------------

local progress = {
  total = tonumber(known._total), done = tonumber(known._done),
  p0 = tonumber(known._p0), d0 = tonumber(known._d0), highest = tonumber(known.percent or 0),
}

local function shown()
  local rest = progress.total - progress.d0
  local share = 0
  if rest > 0 then share = math.max(0, (progress.done - progress.d0) / rest) end
  local now = progress.p0 + (100 - progress.p0) * share
  return math.max(progress.highest, math.min(99.9, math.floor(now * 10) / 10))
end

local function rescale(total, done)
  progress.total, progress.done, progress.p0, progress.d0 = total, done, 0, 0
  progress.highest = shown()
  progress.p0, progress.d0 = progress.highest, done
  progress.rescaled = true
end

local function worked(done)
  if done < progress.done then
    rescale(progress.total, done)
  else
    progress.done = done
    progress.highest = shown()
  end
end

-- The steps' sum may miss facts that were lost on their way, and what a step weighs is known only at its end where
-- nobody could say before: what SQL counts as done is the least that is true, and what comes then is added to it.
local sum, floor = tonumber(known._sum), tonumber(known._floor)
if new_run then
  local percent = tonumber(ARGV[15]) or 0
  sum, floor = tonumber(ARGV[14]), tonumber(ARGV[14])
  progress = { total = tonumber(ARGV[13]), done = sum, p0 = percent, d0 = sum, highest = percent, rescaled = true }
  redis.call('DEL', steps_key)
elseif is_row and not is_late then
  local total = tonumber(ARGV[13])
  floor = tonumber(ARGV[14])
  sum = math.max(sum, floor)
  progress.highest = math.max(progress.highest, tonumber(ARGV[15]) or 0)
  if total ~= progress.total then rescale(total, sum) else worked(sum) end
elseif not is_row then
  sum = sum + tonumber(ARGV[14]) - step_before
  worked(math.max(sum, floor))
  if step_is_new then prolong[steps_key] = true end
  redis.call('HSET', steps_key, ARGV[12], ARGV[13] .. ' ' .. ARGV[14] .. ' ' .. ARGV[15] .. ' ' .. ARGV[16])
end
if known.state == '"completed"' then progress.highest = 100 end

local function one_decimal(number)
  return (string.gsub(string.format('%.1f', number), '%.0$', ''))
end
if new_run or progress.highest ~= tonumber(known.percent or 0) then
  local text = one_decimal(progress.highest)
  changes('percent', text)
  say('percent', text)
end

-- The time left, at the pace since the job last came to work or lost some of it --------------------------------------

local clock = redis.call('TIME')
local at = string.format('%s.%03d', clock[1], math.floor(tonumber(clock[2]) / 1000))

local function keep_number(name, number)
  if tonumber(known[name]) ~= number then keep(name, whole(number)) end
end

local pace_at, pace_done = tonumber(known._pace_at or ''), tonumber(known._pace_done or '')
if is_row then
  if pace_at and not AT_WORK[known.state] then removed[#removed + 1] = '_pace_at' end
elseif not pace_at or progress.done < pace_done then
  keep('_pace_at', at)
  keep_number('_pace_done', progress.done)
else
  local elapsed, done_since = tonumber(at) - pace_at, progress.done - pace_done
  if elapsed >= PACE_SECONDS and done_since > 0 and not given.eta_seconds then
    local left = math.max(0, progress.total - progress.done)
    set_field('eta_seconds', whole(math.max(1, left * elapsed / done_since)))
  end
end

-- Log lines are numbered here; only the newest stay -----------------------------------------------------------------

local last_line = tonumber(known._log)
if #lines > 0 then
  local numbered, dropped = {}, {}
  for number = math.max(1, last_line - LOG_LINES + 1), last_line + #lines - LOG_LINES do
    dropped[#dropped + 1] = whole(number)
    say_entry('log', '"' .. whole(number) .. '"', 'null')
  end
  for i, line in ipairs(lines) do
    local number = whole(last_line + i)
    numbered[#numbered + 1] = number
    numbered[#numbered + 1] = line
    say_entry('log', '"' .. number .. '"', line)
  end
  in_chunks('HDEL', log_key, dropped)
  in_chunks('HSET', log_key, numbered)
  keep('_log', whole(last_line + #lines))
  prolong[log_key] = true
end

-- Write, and tell who watches ---------------------------------------------------------------------------------------

if not is_row then
  keep('alive_at', at)
  say('alive_at', at)
end
for _, map in ipairs(map_names) do say(map, '{' .. table.concat(entries[map], ',') .. '}') end

keep_number('_done', progress.done)
keep_number('_sum', sum)
if is_row and not is_late then
  keep('_revision', ARGV[12])
  keep_number('_run', run)
  keep_number('_floor', floor)
end
if progress.rescaled then
  keep_number('_total', progress.total)
  keep_number('_d0', progress.d0)
  keep('_p0', one_decimal(progress.p0))
end

local outcome, bytes = 'unchanged', 0
if #parts > 0 then
  outcome = 'appended'
  local seq = whole(tonumber(known._seq) + 1)
  keep('_seq', seq)
  local message = table.concat({
    ARGV[3], ',"epoch":"', epoch, '","seq":[', seq, ',', seq, '],"run":', whole(run),
    ',"revision":', known._revision, ',"at":', at, ',"set":{', table.concat(parts, ','), '}}',
  })
  bytes = #message
  redis.call('XADD', stream_key, 'MAXLEN', '~', ARGV[11], seq .. '-0', 'p', message)
  redis.call('EXPIRE', stream_key, ARGV[10])
  for i = 4, 6 do redis.call('PUBLISH', ARGV[i], message) end
end

local prolong_all = is_row or tonumber(clock[1]) >= tonumber(known._prolonged or 0) + PROLONG_SECONDS
if prolong_all then keep('_prolonged', clock[1]) end

in_chunks('HSET', main_key, writes)
in_chunks('HDEL', main_key, removed)
in_chunks('HSET', pages_key, page_writes)

local seconds = ENDED[known.state] and ARGV[9] or ARGV[8]
for i = 1, 4 do
  if prolong_all or prolong[KEYS[i]] then redis.call('EXPIRE', KEYS[i], seconds) end
end
return { outcome, bytes }
