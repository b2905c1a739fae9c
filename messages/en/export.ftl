# Exporting the log to a file. A reason in parentheses is technical text, in English.

# The title of a sit without a label in a calendar.
export-untitled = Meditation
export-exists = { $path } exists already. Nothing was exported, and the file was not changed. Choose another name, or say `--force` to replace the file.
export-not-a-file = { $path } is not a file. Nothing was exported. Choose another name.
export-data-folder = { $path } is in the folder where Zafu keeps its own files. Nothing was exported, and no file was changed. Choose another folder.
export-file = { $path } could not be written ({ $reason }). Nothing was exported, and a file that was there is unchanged. Check that the folder exists, that you may write in it, and that the disk has space.
export-output = The export could not be written ({ $reason }).
