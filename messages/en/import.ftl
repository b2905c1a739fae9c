# Importing files. A reason in parentheses is technical text, in English.

import-cancelled = The import was cancelled. Nothing was imported.
import-empty = The file is empty. Nothing was imported.
import-not-recognised = This is not a file that Zafu can import. Nothing was imported. Zafu imports its own CSV and JSON, and exports of Insight Timer, Apple Health, Health Connect, Meditate, Meditation Assistant, Waking Up, Tao and Brethap.
import-nothing-in-archive = The zip file contains nothing that Zafu can import. Nothing was imported. Choose an export of Apple Health or Health Connect, or unpack the file first.
import-archive = The zip file cannot be unpacked ({ $reason }). Nothing was imported. Export the file again.
import-archive-too-large = The zip file unpacks to more than an export can have. Nothing was imported. Unpack the file, then choose the export in it.
import-truncated = The file ends in the middle. Nothing was imported. Copy or export the file again.
import-damaged = The file is damaged at line { $line } ({ $reason }). Nothing was imported. Export the file again.
import-too-complex = The file has something at line { $line } that no export has: it is too long or nested too deeply. Nothing was imported. Export the file again.
# max is a number of sits
import-too-many-sits = The file has more than { $max } sits. Nothing was imported. Divide it into several files.
# max is a number of megabytes
import-journal-too-long = The journal is longer than { $max } MB. Nothing was imported. Divide it into several files.
# found and known are numbers of versions
import-newer = The file was exported by a newer Zafu: its version is { $found }, and this Zafu reads versions up to { $known }. Nothing was imported. Install the newest Zafu to import it.
import-database = The database of Health Connect cannot be read ({ $reason }). Nothing was imported. Export it again.
import-temporary-folder = The file could not be unpacked, because the disk failed or is full ({ $reason }). Nothing was imported. Free some space, then try again.
import-io = The file cannot be read ({ $reason }). Nothing was imported. Check that the file is there and that you may read it, then try again.
import-is-folder = This is a folder. Nothing was imported. Name the files in it.
import-is-no-file = This is a pipe or a device, not a file. Nothing was imported. Save it as a file first, then import that.

# file is a name, reason is one of the sentences above
import-file = { $file }: { $reason }
import-unknown-zone = There is no time zone “{ $zone }”. Nothing was imported. Name one such as Europe/Berlin.
import-unknown-zone-similar = There is no time zone “{ $zone }”. Nothing was imported. Did you mean { $similar }?
import-too-many-files = These are { $count } files. Nothing was imported. Import at most { $max } at once.
import-not-staged = Other files were read since. Nothing was imported. Read the files again.
import-engine-stopped = Zafu has stopped meanwhile. Nothing was imported, and no import was undone. Try again.
import-engine-stopped-unknown = Zafu has stopped meanwhile. All of it was done, or nothing: `zafu import list` shows which.
import-choose-again = The chosen files are no longer known. Nothing was imported. Choose them again.

## A row that is not imported. reason is one of the sentences below.

import-skipped-line = Line { $line }: { $reason }
import-skipped-element = Entry { $number }: { $reason }

import-reason-start = The start “{ $text }” is not understood.
import-reason-future = The sit starts in the future: “{ $text }”.
import-reason-length = The length “{ $text }” is not understood.
import-reason-no-time = The sit has no length.
# length is h:mm:ss
import-reason-longer-than-day = The sit is longer than 24 hours: { $length }.
import-reason-ends-before-start = The sit ends before it starts.
import-reason-twice = The sit is in this file twice.
import-reason-same-id = A row before it has the same ID and other values.
import-reason-too-many-columns = The row has more than { $max } columns.
# max is a number of megabytes
import-reason-row-too-long = The row is longer than { $max } MB.
import-reason-quote-not-closed = A quotation mark is not closed, so the rest of the file cannot be read.
import-reason-text-too-long = The note or the label is too long.
import-reason-not-understood = The entry is not understood.
# column is the name of a column in the file
import-reason-value = “{ $text }” is not a value of “{ $column }”.
