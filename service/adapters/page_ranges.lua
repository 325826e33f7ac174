-- How pages travel: neighbours of the same text as one range, as in service/protocol/page_ranges.py. What it declares
-- is for the script that follows.

local function whole(number)
  return string.format('%.0f', number)
end

-- The numbers, as text, that "3" or "1-9" stands for.
local function pages_of(range)
  local first, last = string.match(range, '^(%d+)%-?(%d*)$')
  local numbers = {}
  for number = tonumber(first), tonumber(last) or tonumber(first) do
    numbers[#numbers + 1] = whole(number)
  end
  return numbers
end

-- Calls visit(range, text) for what `texts` has, ascending; text is JSON by page number.
local function each_range(texts, visit)
  local numbers = {}
  for number in pairs(texts) do numbers[#numbers + 1] = number end
  table.sort(numbers)
  local first = numbers[1]
  for i, last in ipairs(numbers) do
    local after = numbers[i + 1]
    if after ~= last + 1 or texts[after] ~= texts[last] then
      local range = whole(first)
      if first < last then range = range .. '-' .. whole(last) end
      visit(range, texts[last])
      first = after
    end
  end
end

