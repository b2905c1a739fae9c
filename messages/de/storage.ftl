# Fehler der Datenbank und des Datenordners. Ein Grund ist technischer Text des Systems, auf Englisch.

storage-disk-full = Der Datenträger mit { $folder } ist voll. Diese Änderung wurde nicht gespeichert, aber alles vorher Gespeicherte bleibt erhalten. Schaff etwas Platz und versuch es noch einmal.
storage-read-only = Zafu kann in { $folder } nicht schreiben. Es wurde nichts geändert. Mach den Ordner und die Dateien darin beschreibbar, oder starte Zafu mit einem anderen Datenordner.
storage-locked = Ein anderes Programm benutzt { $database }. Diese Änderung wurde nicht gespeichert, aber alles vorher Gespeicherte bleibt erhalten. Schließ das Programm und versuch es noch einmal.
storage-moved = Die Datenbank { $database } wurde verschoben, ersetzt oder gelöscht, während Zafu sie benutzte. Diese Änderung wurde nicht gespeichert. Versuch es noch einmal, dann speichert Zafu alles in eine neue Datei.
# found und known sind Nummern von Formaten
storage-newer = Die Datenbank { $database } wurde von einem neueren Zafu geschrieben: Ihr Format ist { $found }, und dieses Zafu kennt Formate bis { $known }. Es wurde nichts geändert. Installiere das neueste Zafu, um sie zu öffnen.
storage-not-ours = Die Datenbank { $database } ist keine von Zafu. Es wurde nichts geändert. Verschiebe die Datei, oder starte Zafu mit einem anderen Datenordner.
# damage ist einer der Sätze unten
storage-corrupt = Die Datenbank { $database } ist beschädigt. { $damage } Die Datei bleibt, wie sie ist. Die neueste unbeschädigte Sicherung ist { $backup }. Du kannst sie wiederherstellen oder mit einer leeren Datenbank beginnen.
storage-corrupt-without-backup = Die Datenbank { $database } ist beschädigt. { $damage } Die Datei bleibt, wie sie ist. Es gibt keine unbeschädigte Sicherung, aber du kannst mit einer leeren Datenbank beginnen.
# reason ist einer der Sätze unten
storage-backup-unusable = Die Sicherung { $backup } lässt sich nicht wiederherstellen. { $reason } Es wurde nichts geändert. Wähle eine andere Sicherung.
storage-no-such-backup = Die Sicherung { $number } gibt es nicht mehr. Es wurde nichts geändert. Wähle eine andere.
storage-io = Der Datenträger hat versagt, während Zafu { $path } las oder schrieb ({ $reason }). Was gerade gespeichert wurde, fehlt vielleicht, aber alles vorher Gespeicherte bleibt erhalten. Prüfe den Datenträger und starte Zafu noch einmal.
storage-unreadable = Die Datenbank { $database } enthält einen Wert, den dieses Zafu nicht lesen kann ({ $reason }). Es wurde nichts geändert. Installiere das neueste Zafu. Wenn das nicht hilft, melde das bitte.
storage-impossible = Zafu wollte einen ungültigen Eintrag speichern ({ $reason }). Es wurde nichts geändert, und alles vorher Gespeicherte bleibt erhalten. Das ist ein Fehler in Zafu: Bitte melde ihn.
storage-failed = Die Datenbank hat versagt ({ $reason }). Es wurde nichts geändert, und alles vorher Gespeicherte bleibt erhalten. Versuch es noch einmal. Wenn das nicht hilft, melde das bitte.

## Was an einer Datenbank oder einer Sicherung nicht stimmt

storage-damage-empty = Die Datei ist leer.
storage-damage = SQLite meldet: { $reason }.
# tables sind Namen, durch Kommas getrennt
storage-damage-references = Zeilen von { $tables } verweisen auf Zeilen, die es nicht gibt.
# found und known sind Nummern von Formaten
storage-backup-format = Ihr Format ist { $found }, und dieses Zafu kennt die Formate 1 bis { $known }.

## Die Datenbank wurde entfernt oder ersetzt, während Zafu sie benutzte

storage-rewritten = Die Datenbank { $database } wurde entfernt, während Zafu sie benutzte. Alles wurde dort noch einmal gespeichert, und nichts ist verloren.
storage-rescued = An die Stelle von { $database } wurde eine andere Datei gelegt, während Zafu sie benutzte. Diese Datei wurde nicht geändert. Alle deine Sitzungen, auch diese, sind in { $rescued } gespeichert. Um sie wieder zu benutzen, beende Zafu und führe `zafu restore { $rescued }` aus.

## Anfragen, die nicht zum Gespeicherten passen

storage-no-such-session = Es gibt keine Sitzung mit der ID { $id }. Es wurde nichts geändert. Führe `zafu log --json` aus, um die IDs deiner Sitzungen zu sehen.
storage-not-open = Die Sitzung { $id } läuft nicht und braucht keine Antwort. Es wurde nichts geändert.
storage-not-signed-in = Du bist nicht angemeldet. Es wurde nichts geändert. Melde dich zuerst an.
storage-other-project = Dieser Computer kennt dieses Konto von { $project } und lädt seine Sitzungen nirgendwo anders hoch. Es wurde nichts geändert. Melde dich mit dieser URL an.
storage-no-such-account = Das Konto { $id } war auf diesem Computer nie angemeldet. Es wurde nichts geändert. Melde dich zuerst damit an.
storage-no-such-preset = Es gibt keine Vorlage mit der ID { $id }. Es wurde nichts geändert. Vielleicht wurde sie gelöscht.
storage-no-such-import = Es gibt keinen Import { $id }. Es wurde nichts geändert. `zafu import list` zeigt die Importe.
storage-import-undone = Der Import { $id } wurde schon rückgängig gemacht. Es wurde nichts geändert. Importiere die Dateien noch einmal, um seine Sitzungen zurückzuholen.
# needed and free are numbers of megabytes
storage-import-no-space = Der Datenträger von { $folder } hat keinen Platz für diesen Import und die Sicherung davor: { $needed } MB werden gebraucht, { $free } MB sind frei. Es wurde nichts importiert. Schaffe Platz und versuche es noch einmal.
storage-migration-no-space = Diese Version von Zafu muss dein Protokoll zuerst umwandeln, und der Datenträger von { $folder } hat dafür und für die Sicherung davor keinen Platz: { $needed } MB werden gebraucht, { $free } MB sind frei. Es wurde nichts geändert. Schaffe Platz und starte Zafu noch einmal.
storage-timer-saves = Währenddessen wurde eine Sitzung so oft gespeichert, dass dies aufgegeben wurde. Die Sitzung ist gespeichert, sonst wurde nichts geändert. Versuche es noch einmal, wenn keine Sitzung läuft.
storage-preset-name-taken = Es gibt schon eine Vorlage namens „{ $name }“. Es wurde nichts gespeichert. Wähle einen anderen Namen.
storage-preset-name-empty = Eine Vorlage braucht einen Namen. Es wurde nichts gespeichert. Gib einen Namen ein.
storage-no-such-label = Es gibt keine Art „{ $label }“. Es wurde nichts geändert. Vielleicht wurde sie zusammengelegt oder gelöscht.
storage-label-name-empty = Eine Art braucht einen Namen. Es wurde nichts gespeichert. Gib einen Namen ein.
storage-label-name-too-long = Der Name einer Art kann höchstens 1024 Byte lang sein. Es wurde nichts gespeichert. Gib einen kürzeren Namen ein.
storage-label-name-control-character = Der Name enthält einen Zeilenumbruch oder ein anderes Steuerzeichen. Es wurde nichts gespeichert. Entferne das Zeichen und versuch es noch einmal.
storage-label-name-taken = Es gibt schon eine Art namens „{ $name }“. Es wurde nichts gespeichert. Wähle einen anderen Namen oder lege die beiden Arten zusammen.
storage-label-fixed = Diese Art ist zu lang oder enthält einen Zeilenumbruch oder ein anderes Steuerzeichen, deshalb kann sie nicht geändert werden. Es wurde nichts gespeichert. Gib ihren Sitzungen stattdessen eine andere Art.
storage-label-into-itself = Eine Art kann nicht mit sich selbst zusammengelegt werden. Es wurde nichts geändert. Wähle eine andere Art.
storage-too-many-labels = Du hast schon { $count } Arten. Es wurde nichts gespeichert. Zusammenlegen oder Löschen schafft keinen Platz; gib der Sitzung eine Art, die es schon gibt.
storage-no-partnership = Du hast keinen Partner. Es wurde nichts geändert. Lade jemanden ein, oder nimm eine Einladung an.
storage-bow-not-yet = Dein Partner hat seit deiner letzten Verneigung nicht gesessen. Es wurde nichts gesendet. Nach der nächsten Sitzung kannst du dich wieder verneigen.
storage-nul-in-note = Die Notiz enthält ein NUL-Zeichen. Es wurde nichts gespeichert. Entferne das Zeichen und versuch es noch einmal.
storage-nul-in-label = Die Art enthält ein NUL-Zeichen. Es wurde nichts gespeichert. Entferne das Zeichen und versuch es noch einmal.

## Der Datenordner. ZAFU_DATA_DIR ist eine Umgebungsvariable.

storage-folder-none = Das System hat keinen Ordner für Daten von Programmen. Es wurde nichts geändert. Setze ZAFU_DATA_DIR auf einen Ordner deiner Wahl.
storage-folder-other-home = Zafu kennt den Ordner in ZAFU_DATA_DIR nicht: { $path }. Es wurde nichts geändert. Schreib den ganzen Pfad, beginnend mit /.
storage-folder-unusable = Der Datenordner { $path } kann nicht verwendet werden ({ $reason }). Es wurde nichts geändert. Prüfe, ob der Ordner dir gehört und beschreibbar ist, oder setze ZAFU_DATA_DIR auf einen anderen Ordner.
# path ist der Datenordner oder eine Datei darin
storage-folder-foreign = Der Datenordner oder ein Teil davon gehört einem anderen Benutzer: { $path }. Es wurde nichts geändert. Starte Zafu als dieser Benutzer, oder setze ZAFU_DATA_DIR auf einen eigenen Ordner.
storage-folder-shared = Jeder Benutzer dieses Computers darf in den Datenordner { $path } schreiben. Es wurde nichts geändert. Führe `chmod 700 '{ $path }'` aus, wenn er keine Dateien anderer enthält, oder setze ZAFU_DATA_DIR auf einen Ordner darin.
# Die Verbindung ist eine Datei im Datenordner. /proc ist ein Dateisystem von Linux.
storage-folder-path-too-long = Der Pfad des Datenordners ist zu lang: { $path }. Es wurde nichts geändert. Setze ZAFU_DATA_DIR auf einen Ordner mit kürzerem Pfad, oder hänge /proc ein.
# path ist ein Ordner für die Verbindung zu Zafu, wenn der Pfad des Datenordners dafür zu lang ist
storage-folder-foreign-socket = Der Ordner { $path }, über den Zafu erreicht wird, gehört einem anderen Benutzer oder ist für andere offen. Es wurde nichts geändert. Entferne ihn, oder setze ZAFU_DATA_DIR auf einen Ordner mit kürzerem Pfad.
storage-folder-held = Zafu läuft schon mit dem Datenordner { $path }. Es wurde nichts geändert. Benutze das laufende Zafu, oder beende es zuerst.
# Eine Warnung: der Ordner wird verwendet
storage-folder-readable = Andere Benutzer dieses Computers dürfen in den Datenordner { $path } schauen. Führe `chmod 700 '{ $path }'` aus, wenn sie das nicht sollen.

storage-start-failed = Zafu kann nicht starten ({ $reason }). Es wurde nichts geändert. Schließ andere Programme und versuch es noch einmal.

storage-sit-not-over = Diese Sitzung ist noch nicht zu Ende. Beende sie oder beantworte die Frage dazu, bevor du sie löschst.
