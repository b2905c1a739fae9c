## Lengths of time and counts, shown alone or inside other texts

common-minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
common-seconds =
    { $count ->
        [one] { $count } second
       *[other] { $count } seconds
    }
common-sits =
    { $count ->
        [one] { $count } sit
       *[other] { $count } sits
    }
# The three short units are joined by spaces: 1 h 5 min, 1 min 30 s
common-hours-short = { $count } h
common-minutes-short = { $count } min
common-seconds-short = { $count } s

## Buttons

common-done = Done
common-cancel = Cancel
common-save = Save
common-undo = Undo
# Returns to the page that the account was opened from
common-back = Back
common-back-to-timer = Back to the timer
common-close-notice = Close this message

## Notices

# Shown under a running sit instead of the messages themselves; count is 2 or more
common-notice-count = { $count } messages
common-invitation-later = An invitation was opened. It is shown after the sit.

## Files that are dragged over the window

common-drop-files = Drop the files to import their sits
