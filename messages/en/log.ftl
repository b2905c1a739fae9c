## The list of past sits

log-title = Past sits
log-empty = No sits yet. Your first sit will appear here.
log-no-match = No sit meets these conditions.
# Only heard by screen readers
log-found =
    { $count ->
        [one] One sit meets these conditions.
       *[other] { $count } sits meet these conditions.
    }
log-found-more = More than { $count } sits meet these conditions.
# Length and number of the sits of a day
log-day-total =
    { $count ->
        [one] { $count } sit · { $time }
       *[other] { $count } sits · { $time }
    }
# The total of a day of which the filter shows only some sits: Whole day: 2 sits · 40 min
log-day-whole = Whole day: { $total }
# Day and time of a sit: Monday, 23 November 2026, 07:01
log-when = { $day }, { $time }
log-newest = Go to the newest sits

## Commands

log-add = Add a sit
log-menu = More
log-menu-select = Select sits
log-menu-jump = Go to a date …
log-menu-labels = Labels …
log-menu-shortcuts = Keyboard shortcuts …

## The filter: conditions that the listed sits meet

log-words = Search notes and labels
log-filter = Filter
log-filter-count =
    { $count ->
        [one] Filter, { $count } condition
       *[other] Filter, { $count } conditions
    }
# The conditions in use, each with a button that removes it
log-filter-active = Conditions
log-filter-clear = Clear filter
log-chip-remove = Remove the condition: { $condition }
log-chip-words = “{ $words }”
log-filter-labels = Labels
log-label-none = No label
log-filter-shortest = At least
log-filter-longest = At most
log-filter-any = any
log-filter-time = Time of day
log-filter-days = Dates
log-filter-first = From
log-filter-last = To
log-filter-reversed = This is less than the other end, so no sit meets both.
log-filter-outcome = How it ended
log-outcome-completed = Complete
log-outcome-early = Ended early
log-outcome-started = Not ended
log-filter-source = Recorded by
log-source-timer = Timer
log-source-manual = Hand
log-source-import = Import
# Ranges of lengths or dates
log-range = { $first } – { $last }
log-length-from = { $length } or longer
log-length-to = { $length } or shorter
log-days-from = Since { $day }
log-days-to = Until { $day }
log-insight = Overview
# Choice of the account whose sits are listed; shown if this computer has sits of several accounts
log-owner = Account
log-owner-shown = This account
log-owner-all = All accounts

## One sit: its length, then its state

# Time sat, of the time planned: 12 min of 25 min
log-of = { $sat } of { $planned }
log-complete = complete
log-ended-early = ended early
log-unsettled = needs your answer
log-running-elsewhere = running on another device
log-unfinished = not finished on the other device
log-manual = Entered by hand
log-imported = Imported
log-other-device = From another device
log-corrected = Corrected
log-edit = Edit the sit of { $when }
log-delete = Delete the sit of { $when }
log-select = Select the sit of { $when }

## Sits that are selected

log-selection = Selected sits
log-selection-none = None selected
log-selection-count = { $count } selected
log-selection-all = All
log-selection-all-hint = Select all sits of this list
log-selection-ask =
    { $count ->
        [one] Delete { $count } sit?
       *[other] Delete { $count } sits?
    }
log-selection-ask-text = They are deleted on all your devices. You can undo this until you quit Zafu.
log-selection-ask-confirm =
    { $count ->
        [one] Delete { $count } sit
       *[other] Delete { $count } sits
    }
log-selection-label = Label …
log-selection-clear = Clear the selection
log-selection-delete =
    { $count ->
        [one] Delete the selected sit
       *[other] Delete { $count } selected sits
    }
log-label-title =
    { $count ->
        [one] Label of the sit
       *[other] Label of { $count } sits
    }
log-label-remove = Remove label

## Dialog that adds or edits a sit

log-add-title = Add a sit
log-edit-title = Edit sit
log-edit-delete = Delete
log-day = Date
log-day-hint = 2026-11-23
log-day-invalid = Enter a date of the calendar, such as 2026-11-23.
log-time = Start
log-time-invalid = Enter a time of day from 00:00 to 23:59, such as 07:30.
log-length-hint = 25 or 1 h 15
log-future = This sit would end in the future. Check the date, the start and the length.
log-offset = Local time
log-offset-here = { $offset }, as here
log-open-hint = The start and the length can be changed once you have answered the question about this sit.
log-unfinished-hint = The start and the length can be changed once this sit has ended on the other device.

## Dialog that asks for a date

log-jump-title = Go to a date
log-jump-go = Go
log-jump-none = There are no sits on or before { $day }. The list has not changed.

## Changes, and what undoing them is called

log-added = The sit of { $when } was added.
log-added-hidden = The sit of { $when } was added. The filter does not show it.
log-undo-add = Undo: add the sit of { $when }
log-edited = The sit of { $when } was changed.
log-edited-hidden = The sit of { $when } was changed. The filter does not show it.
log-undo-edit = Undo: change the sit of { $when }
log-deleted =
    { $count ->
        [one] The sit was deleted.
       *[other] { $count } sits were deleted.
    }
log-undo-delete =
    { $count ->
        [one] Undo: delete the sit
       *[other] Undo: delete { $count } sits
    }
log-labelled =
    { $count ->
        [one] The label of the sit was changed.
       *[other] The label of { $count } sits was changed.
    }
log-undo-label =
    { $count ->
        [one] Undo: change the label of the sit
       *[other] Undo: change the label of { $count } sits
    }
log-label-created = The label “{ $name }” was created.
log-undo-label-create = Undo: create the label “{ $name }”
log-label-changed = The label “{ $name }” was changed.
log-undo-label-change = Undo: change the label “{ $name }”
log-label-merged = The sits of “{ $from }” now have the label “{ $into }”.
log-undo-label-merge = Undo: merge “{ $from }” into “{ $into }”
log-label-deleted = The label “{ $name }” was deleted. Its sits were kept.
log-undo-label-delete = Undo: delete the label “{ $name }”

## Labels

log-labels = Labels
log-labels-empty = No labels yet. A label says what kind of sit it was, such as Zazen or Metta.
log-label-create = New label
log-label-edit-title = Edit label
log-label-name = Name
log-label-name-missing = Enter a name.
log-label-name-long = This name is too long.
log-label-colour = Colour
log-label-shape = Shape
log-label-new-hint = A new label will be created.
log-label-edit = Edit the label “{ $name }”
log-label-delete = Delete the label “{ $name }”
log-label-sits = Show the sits with the label “{ $name }”
log-label-taken = There is already a label “{ $name }”. Choose another name.
log-label-taken-merge = There is already a label “{ $name }”. Choose another name, or merge “{ $from }” into it.
log-label-into = Merge into
# No label is chosen to merge into
log-label-into-none = –
log-label-merge = Merge
log-label-merge-hint = All sits of “{ $from }” will have the label “{ $into }”. This can be undone.
log-colour-red = Red
log-colour-orange = Orange
log-colour-yellow = Yellow
log-colour-green = Green
log-colour-teal = Teal
log-colour-blue = Blue
log-colour-violet = Violet
log-colour-pink = Pink
log-shape-circle = Circle
log-shape-square = Square
log-shape-triangle = Triangle
log-shape-diamond = Diamond
log-shape-star = Star
log-shape-cross = Cross

## Keyboard shortcuts

log-keys-title = Keyboard shortcuts
log-keys-page = In the log
log-keys-row = On a sit
# Names of keys as they are printed on the keyboard
log-key-control = Ctrl
log-key-shift = Shift
log-key-space = Space
log-key-enter = Enter
log-key-delete = Delete
log-key-home = Home
log-key-end = End
log-key-escape = Esc
# A key that is pressed while another one is held
log-key-with = { $held }+{ $key }
log-keys-search = Search notes and labels
log-keys-jump = Go to a date
log-keys-add = Add a sit
log-keys-undo = Undo the last change
log-keys-all = Select all sits of this list
log-keys-escape = Clear the selection, or return to the timer
log-keys-help = Show these shortcuts
log-keys-move = Previous or next sit
log-keys-extend = Select several sits
log-keys-select = Select or deselect
log-keys-edit = Edit
log-keys-label = Set the label
log-keys-delete = Delete
log-keys-ends = Newest sit, or last one that is loaded
