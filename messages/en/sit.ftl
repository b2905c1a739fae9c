## A running sit

sit-title = Sit
# Shown during the preparation, before the sit begins
sit-preparing = Settle in
sit-paused = Paused
# The planned time is over and the timer goes on; at the end Zafu asks whether this time counts
sit-overtime = Overtime
# The same, if this time always counts
sit-overtime-always = Overtime, added to the sit
sit-pause = Pause
sit-resume = Resume
# Ends a sit before its time; asks first
sit-end = End
# Cancels the preparation
sit-cancel = Cancel
# Ends a sit whose planned time is over
sit-finish = Finish
# Ends the sit and counts the overtime too: Add 02:13
sit-add-overtime = Add { $time }
sit-fullscreen = Full screen
sit-fullscreen-leave = Leave full screen

## Question before a sit is ended early

sit-end-title = End the sit now?
sit-end-keep = End and keep { $time }
sit-end-cancel = Keep sitting
sit-end-discard = Discard this sit
sit-discard-title = Discard { $time } of sitting?
sit-discard-text = Nothing of this sit is kept.
sit-discard-confirm = Discard
sit-discard-cancel = Keep

## Question before Zafu quits during a sit

sit-quit-title = A sit is still running.
sit-quit-text = If you close only the window, the sit continues.
sit-quit-confirm = Quit and keep the time so far
sit-quit-cancel = Keep sitting

## After a sit; the length stands below the first line: You sat / 20 minutes

sit-finished-complete = You sat
sit-finished-early = You sat, and ended early
# The planned length, below the length of a sit that ended early: of 25 min
sit-finished-of = of { $planned }
sit-finished-not-saved = This sit is not saved yet. Zafu keeps it in memory and keeps trying. Do not quit Zafu while you see this message.
sit-finished-note = Note
sit-finished-note-hint = A few words, if you like
sit-finished-label = Label
sit-finished-label-hint = Zazen, metta, …
sit-finished-again = Sit again
