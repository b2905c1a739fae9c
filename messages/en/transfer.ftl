## Importing sits from files

transfer-title = Import and export
# Opens that page, in the menu of the log and in the settings
transfer-open = Import and export …
transfer-settings = Your sits
transfer-settings-hint = Bring sits from another app, save them as a file, or restore a backup.

transfer-import = Import
transfer-import-intro = Zafu reads the exports of Insight Timer, Apple Health, Health Connect, Meditate, Meditation Assistant, Waking Up, Tao and Brethap, and its own. You see what would change before anything does.
transfer-choose = Choose files …
transfer-drop = or drop them on this window
transfer-busy = An import is running. Drop the files again when it is finished.

transfer-reading = Reading the files
transfer-importing = Importing
# How much of the files is read, or of the sits imported: 43 %
transfer-percent = { $percent } %

# The heading of the preview
transfer-new =
    { $count ->
        [0] Nothing is new
        [one] { $count } new sit
       *[other] { $count } new sits
    }
# The heading if there are only notes, for sits that are in the log already
transfer-new-notes =
    { $count ->
        [one] { $count } new note
       *[other] { $count } new notes
    }
# first and last are days
transfer-days = { $first } – { $last }
transfer-count-added = New
transfer-count-revived = Deleted before, now back
transfer-count-notes = Notes
transfer-count-noted = Of these, for sits already in the log
transfer-count-known = Already in the log
transfer-count-same = Already there in another format
transfer-count-repeated = Twice in the files
transfer-count-deleted = Deleted, on this or another device
transfer-count-skipped = Not imported
transfer-zone = Time zone
transfer-zone-hint = The files do not say where you sat. Their times are read as times of this zone.
transfer-long-sits =
    { $count ->
        [one] Import { $count } sit of more than 24 hours too
       *[other] Import { $count } sits of more than 24 hours too
    }
transfer-long-sits-on = Import sits of more than 24 hours too
transfer-deleted-sits =
    { $count ->
        [one] Bring back { $count } deleted sit too
       *[other] Bring back { $count } deleted sits too
    }
transfer-deleted-sits-on = Bring back deleted sits too
transfer-samples = The latest of them
transfer-samples-all = Show { $count }
transfer-skipped =
    { $count ->
        [one] { $count } row is not imported
       *[other] { $count } rows are not imported
    }
# file is a name; row is a whole sentence
transfer-skipped-of = { $file }: { $row }
transfer-skipped-more =
    { $count ->
        [one] and { $count } more
       *[other] and { $count } more
    }
transfer-import-commit =
    { $count ->
        [one] Import { $count } sit
       *[other] Import { $count } sits
    }
transfer-import-commit-notes =
    { $count ->
        [one] Import { $count } note
       *[other] Import { $count } notes
    }

transfer-order = What comes first, the day or the month?
# example is a date of the file, such as 04/05/2026
transfer-order-text = { $file } has dates that can be read in two ways, such as { $example }.
# date is a whole date
transfer-order-day = The day: { $date }
transfer-order-day-plain = The day
transfer-order-month = The month: { $date }
transfer-order-month-plain = The month

# The order in the dates of a file, after the name of its app
transfer-order-is-day = day before month
transfer-order-is-month = month before day
transfer-order-other = Read day and month the other way round

transfer-done =
    { $count ->
        [one] { $count } sit was imported
       *[other] { $count } sits were imported
    }
transfer-done-notes =
    { $count ->
        [one] { $count } note was imported
       *[other] { $count } notes were imported
    }
transfer-done-nothing = Nothing was imported: the sits are in the log already
transfer-done-hint = A backup was taken before. You can undo the import at any time, also weeks later.
transfer-show-log = Show the log
transfer-more-files = Import more …

## Imports that were made

transfer-past = Past imports
# What an import brought that is no sit
transfer-notes =
    { $count ->
        [one] { $count } note
       *[other] { $count } notes
    }
transfer-undo = Undo
# Names the button of one import; files are names
transfer-undo-of = Undo the import of { $files } on { $when }
transfer-undo-title = Undo this import?
transfer-undo-text =
    { $count ->
        [0] No sit is deleted.
        [one] { $count } sit is deleted. Importing the same files again brings it back.
       *[other] { $count } sits are deleted. Importing the same files again brings them back.
    }
# The sits are listed below
transfer-undo-edited =
    { $count ->
        [one] { $count } of them was changed since the import, and is deleted with the changes:
       *[other] { $count } of them were changed since the import, and are deleted with the changes:
    }
transfer-undo-edited-more =
    { $count ->
        [one] and { $count } more
       *[other] and { $count } more
    }
transfer-undo-notes =
    { $count ->
        [one] { $count } sit that was there before loses the note that it got.
       *[other] { $count } sits that were there before lose the note that they got.
    }
transfer-undo-confirm = Undo the import
transfer-read-again = Read the files again
transfer-undone =
    { $count ->
        [0] Undone
        [one] Undone: { $count } sit deleted
       *[other] Undone: { $count } sits deleted
    }
transfer-undone-done =
    { $count ->
        [one] The import was undone: { $count } sit was deleted.
       *[other] The import was undone: { $count } sits were deleted.
    }

## Exporting sits to a file

transfer-export = Export
transfer-export-intro = CSV and JSON have everything about each sit, and Zafu reads them back as they were, as imported sits. JSON has the looks of labels too. A calendar file is for calendars. Settings and presets are in the backups only.
transfer-format = Format
transfer-format-csv = CSV
transfer-format-json = JSON
transfer-format-calendar = Calendar
transfer-scope = Sits
transfer-scope-all = All sits
# The sits that the filter of the log selects
transfer-scope-filter = As filtered
transfer-export-run = Save as …
transfer-exporting = Exporting
transfer-exported =
    { $count ->
        [0] No sit was exported to { $file }
        [one] { $count } sit was exported to { $file }
       *[other] { $count } sits were exported to { $file }
    }
transfer-left-out =
    { $count ->
        [one] { $count } sit that is not over was left out
       *[other] { $count } sits that are not over were left out
    }

## Backups

transfer-backups = Backups
transfer-backups-intro = Zafu takes a backup each day, and one before each import. The last ones are kept on this device.
transfer-backup-make = Back up now
transfer-backup-daily = Daily
transfer-backup-migration = Before an update
transfer-backup-import = Before an import
transfer-backup-manual = Made by you
transfer-backup-unreadable = not readable
transfer-backups-all = Show all { $count }
transfer-backup-made = A backup was made.
transfer-restore = Restore
# Names the button of one backup
transfer-restore-of = Restore the backup of { $when }
transfer-restore-title = Restore the backup of { $when }?
transfer-restore-has =
    { $count ->
        [one] The backup has { $count } sit.
       *[other] The backup has { $count } sits.
    }
transfer-restore-missing =
    { $count ->
        [one] { $count } sit of the log is not in it and will be gone from the log:
       *[other] { $count } sits of the log are not in it and will be gone from the log:
    }
transfer-restore-missing-more =
    { $count ->
        [one] and { $count } older one
       *[other] and { $count } older ones
    }
transfer-restore-changed =
    { $count ->
        [one] { $count } sit was changed since then, and will be as it was.
       *[other] { $count } sits were changed since then, and will be as they were.
    }
transfer-restore-returning =
    { $count ->
        [one] { $count } sit that is not in the log now will be in it again.
       *[other] { $count } sits that are not in the log now will be in it again.
    }
transfer-restore-labels =
    { $count ->
        [one] { $count } label was changed since then, and will be as it was.
       *[other] { $count } labels were changed since then, and will be as they were.
    }
transfer-restore-presets =
    { $count ->
        [one] { $count } preset was changed since then, and will be as it was.
       *[other] { $count } presets were changed since then, and will be as they were.
    }
transfer-restore-settings = Settings were changed since then, and will be as they were.
transfer-restore-same = Nothing has changed since then.
transfer-restore-kept = What is there now is kept in a file beside it. Zafu closes and opens again.
transfer-restore-sync = The next sync brings back what your account has.
transfer-restore-confirm = Restore the backup
# path is the path of a file
transfer-restored = The backup was restored. What was there before is kept as { $path }.
transfer-restored-plain = The backup was restored.
