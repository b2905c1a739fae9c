## Lengths of a sit that the user has written. $text is what they wrote.

timer-not-a-length = “{ $text }” is not a length. Write it as 20m, 1h30m, 90s, open, or until 07:30.
timer-not-a-clock-time = “{ $text }” is not a time of day. Write it as 07:30.
timer-length-negative = “{ $text }” is negative. A length is at least 1 second.
timer-length-out-of-range = “{ $text }” is out of range. A sit can be from 1 second to 24 hours long.

## A sit until a time of day

timer-no-time-left = No time is left to sit until then, so no sit was started. Choose a later time.
# The length of the preparation
timer-no-time-after-preparation =
    { $count ->
        [one] The preparation of 1 second leaves no time to sit until then, so no sit was started. Shorten it, or choose a later time.
       *[other] The preparation of { $count } seconds leaves no time to sit until then, so no sit was started. Shorten it, or choose a later time.
    }

## Commands that do not fit the state of the timer

timer-already-running = A sit is already running, so nothing was changed. End it before you start another.
timer-nothing-running = No sit is running, so nothing was changed. Start a sit first.
timer-not-sitting = Only a running sit can be paused. This one is still in its preparation or already over, so nothing was changed.
timer-not-paused = The sit is not paused, so nothing was changed.
timer-nothing-to-resolve = There is no such sit that needs an answer, so nothing was changed. It may have been answered already.
