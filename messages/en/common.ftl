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
        [one] { $written } sit
       *[other] { $written } sits
    }
common-minutes-short = { $count } min
common-seconds-short = { $count } s
common-hours-short = { $count } h
common-none = None
common-done = Done
common-cancel = Cancel
common-save = Save
common-undo = Undo
common-back-to-timer = Back to the timer
common-back = Back
common-close-notice = Close this message
common-notice-count = { $count } messages
