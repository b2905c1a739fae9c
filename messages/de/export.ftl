# Export des Protokolls in eine Datei.

export-untitled = Meditation
export-exists = { $path } gibt es schon. Es wurde nichts exportiert, und die Datei wurde nicht geändert. Wähle einen anderen Namen, oder gib `--force` an, um die Datei zu ersetzen.
export-not-a-file = { $path } ist keine Datei. Es wurde nichts exportiert. Wähle einen anderen Namen.
export-data-folder = { $path } liegt in dem Ordner, in dem Zafu seine eigenen Dateien hat. Es wurde nichts exportiert und keine Datei verändert. Wähle einen anderen Ordner.
export-file = { $path } ließ sich nicht schreiben ({ $reason }). Es wurde nichts exportiert, und eine vorhandene Datei ist unverändert. Prüfe, ob es den Ordner gibt, ob du darin schreiben darfst und ob auf der Festplatte Platz ist.
export-output = Der Export ließ sich nicht schreiben ({ $reason }).
