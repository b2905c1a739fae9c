# Dateien importieren. Ein Grund in Klammern ist technischer Text auf Englisch.

import-cancelled = Der Import wurde abgebrochen. Es wurde nichts importiert.
import-empty = Die Datei ist leer. Es wurde nichts importiert.
import-not-recognised = Diese Datei kann Zafu nicht importieren. Es wurde nichts importiert. Zafu importiert CSV und JSON von Zafu selbst und Exporte von Insight Timer, Apple Health, Health Connect, Meditate, Meditation Assistant, Waking Up, Tao und Brethap.
import-nothing-in-archive = Die Zip-Datei enthält nichts, was Zafu importieren kann. Es wurde nichts importiert. Wähle einen Export von Apple Health oder Health Connect, oder entpacke die Datei zuerst.
import-archive = Die Zip-Datei lässt sich nicht entpacken ({ $reason }). Es wurde nichts importiert. Exportiere die Datei noch einmal.
import-archive-too-large = Die Zip-Datei ist entpackt größer, als ein Export sein kann. Es wurde nichts importiert. Entpacke die Datei und wähle den Export darin.
import-truncated = Die Datei endet mittendrin. Es wurde nichts importiert. Kopiere oder exportiere die Datei noch einmal.
import-damaged = Die Datei ist in Zeile { $line } beschädigt ({ $reason }). Es wurde nichts importiert. Exportiere die Datei noch einmal.
import-too-complex = Die Datei enthält in Zeile { $line } etwas, das kein Export hat: Es ist zu lang oder zu tief verschachtelt. Es wurde nichts importiert. Exportiere die Datei noch einmal.
# max ist eine Anzahl von Sitzungen
import-too-many-sits = Die Datei hat mehr als { $max } Sitzungen. Es wurde nichts importiert. Teile sie in mehrere Dateien auf.
# max ist eine Anzahl von Megabyte
import-journal-too-long = Das Tagebuch ist länger als { $max } MB. Es wurde nichts importiert. Teile es in mehrere Dateien auf.
# found und known sind Nummern von Versionen
import-newer = Die Datei wurde von einem neueren Zafu exportiert: Ihre Version ist { $found }, und dieses Zafu liest Versionen bis { $known }. Es wurde nichts importiert. Installiere das neueste Zafu, um sie zu importieren.
import-database = Die Datenbank von Health Connect ist nicht lesbar ({ $reason }). Es wurde nichts importiert. Exportiere sie noch einmal.
import-temporary-folder = Die Datei ließ sich nicht entpacken, weil der Datenträger versagt hat oder voll ist ({ $reason }). Es wurde nichts importiert. Schaff etwas Platz und versuch es noch einmal.
import-io = Die Datei ist nicht lesbar ({ $reason }). Es wurde nichts importiert. Prüfe, ob die Datei da ist und du sie lesen darfst, und versuch es noch einmal.
import-is-folder = Das ist ein Ordner. Es wurde nichts importiert. Gib die Dateien darin an.
import-is-no-file = Das ist keine Datei, sondern eine Pipe oder ein Gerät. Es wurde nichts importiert. Speichere den Inhalt zuerst als Datei und importiere sie dann.

# file ist ein Name, reason ist einer der Sätze oben
import-file = { $file }: { $reason }
import-unknown-zone = Es gibt keine Zeitzone „{ $zone }“. Es wurde nichts importiert. Gib eine wie Europe/Berlin an.
import-unknown-zone-similar = Es gibt keine Zeitzone „{ $zone }“. Es wurde nichts importiert. Meintest du { $similar }?
import-too-many-files = Das sind { $count } Dateien. Es wurde nichts importiert. Importiere höchstens { $max } auf einmal.
import-not-staged = Inzwischen wurden andere Dateien gelesen. Es wurde nichts importiert. Lies die Dateien noch einmal ein.
import-engine-stopped = Zafu wurde inzwischen beendet. Es wurde nichts importiert und kein Import rückgängig gemacht. Versuch es noch einmal.
import-engine-stopped-unknown = Zafu wurde inzwischen beendet. Es ist alles geschehen oder nichts: `zafu import list` zeigt, was davon.
import-choose-again = Die gewählten Dateien sind nicht mehr bekannt. Es wurde nichts importiert. Wähle sie noch einmal.

## Eine Zeile, die nicht importiert wird. reason ist einer der Sätze unten.

import-skipped-line = Zeile { $line }: { $reason }
import-skipped-element = Eintrag { $number }: { $reason }

import-reason-start = Der Beginn „{ $text }“ ist nicht verständlich.
import-reason-future = Die Sitzung beginnt in der Zukunft: „{ $text }“.
import-reason-length = Die Dauer „{ $text }“ ist nicht verständlich.
import-reason-no-time = Die Sitzung hat keine Dauer.
# length ist h:mm:ss
import-reason-longer-than-day = Die Sitzung ist länger als 24 Stunden: { $length }.
import-reason-ends-before-start = Die Sitzung endet, bevor sie beginnt.
import-reason-twice = Die Sitzung steht zweimal in dieser Datei.
import-reason-same-id = Eine Zeile davor hat dieselbe ID und andere Werte.
import-reason-too-many-columns = Die Zeile hat mehr als { $max } Spalten.
# max ist eine Anzahl von Megabyte
import-reason-row-too-long = Die Zeile ist länger als { $max } MB.
import-reason-quote-not-closed = Ein Anführungszeichen ist nicht geschlossen, deshalb ist der Rest der Datei nicht lesbar.
import-reason-text-too-long = Die Notiz oder die Art ist zu lang.
import-reason-not-understood = Der Eintrag ist nicht verständlich.
# column ist der Name einer Spalte in der Datei
import-reason-value = „{ $text }“ ist kein Wert von „{ $column }“.
