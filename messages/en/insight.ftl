## The page with totals and charts of all sits

insight-title = Overview
insight-empty = No sits yet. After your first sit, this page shows when and how long you sit.
# Choice of the year that the charts show
insight-period = Period
insight-period-all = All years
# The period at the end of a sentence: 74 of 112 sits in 2026 …
insight-in-year = in { $year }
insight-in-all = in all years

## Totals: a heading, then lengths and counts

insight-total = In total
insight-this-week = This week
insight-last-week = Last week
insight-this-month = This month
insight-last-month = Last month
insight-no-sits = no sits
insight-days = Days with a sit
# Under “Days with a sit”: 47 of 48 days
insight-days-of = { $days } of { $span } days
insight-streak =
    { $count ->
        [one] { $count } day in a row
       *[other] { $count } days in a row
    }
insight-streak-longest =
    { $count ->
        [one] Longest: { $count } day
       *[other] Longest: { $count } days
    }
# A length that is read aloud: 2 hours 5 minutes
insight-hours =
    { $count ->
        [one] { $count } hour
       *[other] { $count } hours
    }
insight-hours-minutes = { $hours } { $minutes }

## Every chart

insight-show-table = Table
insight-show-chart = Chart
insight-save = Save as picture
insight-save-of = Save as picture: { $name }
# Before the buttons PNG and SVG
insight-save-as = Save as
# Accessible name of the button PNG or SVG; name is the title of the chart
insight-save-named = { $format }: { $name }
# Accessible names of the buttons Table, Chart and Save as picture; they start as the buttons do
insight-show-table-of = Table: { $name }
insight-show-chart-of = Chart: { $name }
# Hint at the key that changes between chart and table
insight-key = Key: T
# Read aloud with a chart
insight-keys = Arrow keys move in the chart. T changes to the table.
# A part of a chart and what it shows. Tuesday, 3 March: 2 sits, 45 minutes
insight-mark = { $name }: { $sits }, { $length }
insight-mark-count = { $name }: { $sits }
insight-mark-none = { $name }: no sits
# The labels of a bar are added. March 2026: 12 sits, 5 hours; Zazen 3 hours, Metta 2 hours
insight-mark-labels = { $mark }; { $labels }
insight-mark-label = { $label } { $length }
# Several days or times of day
insight-range = { $from } – { $to }
insight-nothing = No sits in this period.
insight-label-none = No label
insight-label-others = Other labels

## Columns of the tables

insight-column-day = Day
insight-column-week = Week
insight-column-month = Month
insight-column-year = Year
insight-column-sits = Sits
insight-column-time = Time
insight-column-start = Start
insight-column-length = Length
insight-column-label = Label

## The year, day by day

insight-year-title = { $year }, day by day
insight-year-sentence = You sat on { $days } of { $span } days, usually { $usual } a day.
insight-year-sentence-since = You sat on { $days } of { $span } days since { $since }, usually { $usual } a day.
insight-year-none = No sits in { $year }.
# Legend of the sizes of the squares
insight-level-none = no sit
insight-level-below = under { $to }
insight-level-range = { $from } to { $to }
insight-level-from = { $from } and more

## Time sat

insight-bars-title = Time sat
insight-bars-grain = Length of each bar’s period
insight-bars-week = Weeks
insight-bars-month = Months
insight-bars-year = Years
insight-bars-labels = By label
insight-bars-sentence-week = { $length } { $period }, in { $sits }. The week with most time: { $when }, { $most }.
insight-bars-sentence-month = { $length } { $period }, in { $sits }. The month with most time: { $when }, { $most }.
insight-bars-sentence-year = { $length } in all years, in { $sits }. The year with most time: { $when }, { $most }.

## Time of day, length, labels, weekdays

insight-times-title = Time of day
insight-times-sentence = { $count } of { $sits } started between { $from } and { $to }.
insight-lengths-title = Length of a sit
insight-lengths-sentence = Half of { $sits } lasted from { $from } to { $to }.
# A bar of sits that lasted this long or longer
insight-lengths-from = { $from } and more
insight-labels-title = Labels
insight-labels-sentence = Most time: { $label }, { $length } of { $total }.
insight-weekdays-title = Weekdays
insight-weekdays-sentence = You sat on { $days } of { $span } days in the { $weeks } weeks until { $until }.
insight-weekdays-sentence-since = You sat on { $days } of { $span } days since { $since }.
# Above the counts of weeks in which there was a sit on that weekday
insight-weekdays-weeks = weeks
insight-weekdays-of = { $weeks } of { $of }

## Observations: a statement, then the sits that it rests on

insight-observations = What the sits show
insight-observe-time = You usually start between { $from } and { $to }.
insight-observe-time-basis = { $count } of { $sits } { $period } started then.
insight-observe-length = A usual sit lasts { $length }.
insight-observe-length-basis = Half of { $sits } { $period } lasted from { $from } to { $to }.
insight-observe-weekday = You sit most often on { $weekday }.
insight-observe-weekday-basis = In { $count } of the { $weeks } weeks until { $until }.
