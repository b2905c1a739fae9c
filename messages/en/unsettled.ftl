## Question about a sit with a gap: time in which the computer slept or Zafu did not run

unsettled-title = How should this sit count?
# gap is a length such as 1 h 5 min, when a day and time, kept the time sat before the gap
unsettled-suspended = The computer slept for { $gap } during your sit of { $when }. You had sat { $kept } before that.
unsettled-stopped = Zafu was not running for { $gap } during your sit of { $when }. You had sat { $kept } before that.
unsettled-restarted = The computer was restarted during your sit of { $when }, which left a gap of { $gap }. You had sat { $kept } before that.
# The answers stand beside the length that results from them
unsettled-count-all = I kept sitting: count it all
unsettled-keep = Keep only the time before
unsettled-discard = It was not a sit
# Stands beside the answer before, where the others have a length
unsettled-discard-hint = discard it
unsettled-later = Ask me later

## Question about the overtime of a sit that had reached its end before the gap

unsettled-overtime-title = Add the overtime?
unsettled-overtime = Your sit of { $when } is complete and saved with { $planned }. You continued for { $extra } after its end.
unsettled-overtime-add = Add the overtime
unsettled-overtime-drop = Leave it out
