## The dialog in which the bells of a sit are chosen

bells-title = Bells
bells-start = At the start
bells-during = During the sit
bells-end = At the end
# The three names of fields are read out by screen readers after the bell: At the start: Sound
bells-sound = Sound
bells-strikes = Strikes
bells-when = When
bells-preview = Preview
bells-none = No bell
bells-custom-file = Own sound file…

## Times of the bells during a sit

bells-every = Every few minutes
bells-spread = Evenly spread
bells-at = At set minutes
bells-random = At random
bells-every-minutes = Minutes between bells
bells-count = Number of bells
bells-at-minutes = Minutes, separated by spaces
bells-gap-min = Shortest gap, in minutes
bells-gap-max = Longest gap, in minutes

## Summary on the setup page: start Inkin × 3, during 5 min, end Bell

bells-summary-start = start { $bell }
bells-summary-during = during { $times }
bells-summary-end = end { $bell }
# The sit has no bells at all
bells-silent = Silent

## Names of the built-in sounds

bells-sound-bell = Bell
bells-sound-inkin = Inkin
bells-sound-large-bowl = Large bowl
bells-sound-small-bowl = Small bowl
bells-sound-wood-block = Wood block
