## Sitzungen aus Dateien importieren

transfer-title = Import und Export
transfer-open = Import und Export …
transfer-settings = Deine Sitzungen
transfer-settings-hint = Hol Sitzungen aus einer anderen App, speichere sie als Datei oder stelle eine Sicherung wieder her.

transfer-import = Import
transfer-import-intro = Zafu liest Exporte von Insight Timer, Apple Health, Health Connect, Meditate, Meditation Assistant, Waking Up, Tao und Brethap und seine eigenen. Du siehst vorher, was sich ändert.
transfer-choose = Dateien wählen …
transfer-drop = oder zieh sie auf dieses Fenster
transfer-busy = Ein Import läuft. Zieh die Dateien danach noch einmal hierher.

transfer-reading = Dateien werden gelesen
transfer-importing = Wird importiert
transfer-percent = { $percent } %

transfer-new =
    { $count ->
        [0] Nichts ist neu
        [one] { $count } neue Sitzung
       *[other] { $count } neue Sitzungen
    }
transfer-new-notes =
    { $count ->
        [one] { $count } neue Notiz
       *[other] { $count } neue Notizen
    }
transfer-days = { $first } – { $last }
transfer-count-added = Neu
transfer-count-revived = Früher gelöscht, jetzt wieder da
transfer-count-notes = Notizen
transfer-count-noted = Davon für Sitzungen, die schon da sind
transfer-count-known = Schon im Protokoll
transfer-count-same = Schon in einem anderen Format da
transfer-count-repeated = Doppelt in den Dateien
transfer-count-deleted = Auf diesem oder einem anderen Gerät gelöscht
transfer-count-skipped = Nicht importiert
transfer-zone = Zeitzone
transfer-zone-hint = Die Dateien sagen nicht, wo du gesessen hast. Ihre Zeiten gelten als Zeiten dieser Zone.
transfer-long-sits =
    { $count ->
        [one] { $count } Sitzung von mehr als 24 Stunden auch importieren
       *[other] { $count } Sitzungen von mehr als 24 Stunden auch importieren
    }
transfer-long-sits-on = Sitzungen von mehr als 24 Stunden auch importieren
transfer-deleted-sits =
    { $count ->
        [one] { $count } gelöschte Sitzung auch wiederherstellen
       *[other] { $count } gelöschte Sitzungen auch wiederherstellen
    }
transfer-deleted-sits-on = Gelöschte Sitzungen auch wiederherstellen
transfer-samples = Die neuesten davon
transfer-samples-all = { $count } zeigen
transfer-skipped =
    { $count ->
        [one] { $count } Zeile wird nicht importiert
       *[other] { $count } Zeilen werden nicht importiert
    }
transfer-skipped-of = { $file }: { $row }
transfer-skipped-more =
    { $count ->
        [one] und { $count } weitere
       *[other] und { $count } weitere
    }
transfer-import-commit =
    { $count ->
        [one] { $count } Sitzung importieren
       *[other] { $count } Sitzungen importieren
    }
transfer-import-commit-notes =
    { $count ->
        [one] { $count } Notiz importieren
       *[other] { $count } Notizen importieren
    }

transfer-order = Was steht zuerst, der Tag oder der Monat?
transfer-order-text = { $file } enthält Daten, die auf zwei Arten gelesen werden können, zum Beispiel { $example }.
transfer-order-day = Der Tag: { $date }
transfer-order-day-plain = Der Tag
transfer-order-month = Der Monat: { $date }
transfer-order-month-plain = Der Monat

transfer-order-is-day = Tag vor Monat
transfer-order-is-month = Monat vor Tag
transfer-order-other = Tag und Monat umgekehrt lesen

transfer-done =
    { $count ->
        [one] { $count } Sitzung wurde importiert
       *[other] { $count } Sitzungen wurden importiert
    }
transfer-done-notes =
    { $count ->
        [one] { $count } Notiz wurde importiert
       *[other] { $count } Notizen wurden importiert
    }
transfer-done-nothing = Es wurde nichts importiert: Die Sitzungen sind schon im Protokoll
transfer-done-hint = Davor wurde eine Sicherung angelegt. Du kannst den Import jederzeit rückgängig machen, auch nach Wochen.
transfer-show-log = Protokoll zeigen
transfer-more-files = Mehr importieren …

## Frühere Importe

transfer-past = Frühere Importe
transfer-notes =
    { $count ->
        [one] { $count } Notiz
       *[other] { $count } Notizen
    }
transfer-undo = Rückgängig
transfer-undo-of = Import von { $files } am { $when } rückgängig machen
transfer-undo-title = Diesen Import rückgängig machen?
transfer-undo-text =
    { $count ->
        [0] Keine Sitzung wird gelöscht.
        [one] { $count } Sitzung wird gelöscht. Ein neuer Import derselben Dateien bringt sie zurück.
       *[other] { $count } Sitzungen werden gelöscht. Ein neuer Import derselben Dateien bringt sie zurück.
    }
transfer-undo-edited =
    { $count ->
        [one] { $count } davon wurde seit dem Import geändert und wird samt den Änderungen gelöscht:
       *[other] { $count } davon wurden seit dem Import geändert und werden samt den Änderungen gelöscht:
    }
transfer-undo-edited-more =
    { $count ->
        [one] und { $count } weitere
       *[other] und { $count } weitere
    }
transfer-undo-notes =
    { $count ->
        [one] { $count } Sitzung, die schon davor da war, verliert die Notiz, die sie bekommen hat.
       *[other] { $count } Sitzungen, die schon davor da waren, verlieren die Notiz, die sie bekommen haben.
    }
transfer-undo-confirm = Rückgängig machen
transfer-read-again = Dateien noch einmal lesen
transfer-undone =
    { $count ->
        [0] Rückgängig gemacht
        [one] Rückgängig gemacht: { $count } Sitzung gelöscht
       *[other] Rückgängig gemacht: { $count } Sitzungen gelöscht
    }
transfer-undone-done =
    { $count ->
        [one] Der Import wurde rückgängig gemacht: { $count } Sitzung wurde gelöscht.
       *[other] Der Import wurde rückgängig gemacht: { $count } Sitzungen wurden gelöscht.
    }

## Sitzungen in eine Datei exportieren

transfer-export = Export
transfer-export-intro = CSV und JSON enthalten alles zu jeder Sitzung, und Zafu liest sie genau so wieder ein, als importierte Sitzungen. JSON enthält auch das Aussehen der Arten. Eine Kalenderdatei ist für Kalender. Einstellungen und Vorlagen sind nur in den Sicherungen.
transfer-format = Format
transfer-format-csv = CSV
transfer-format-json = JSON
transfer-format-calendar = Kalender
transfer-scope = Sitzungen
transfer-scope-all = Alle Sitzungen
transfer-scope-filter = Wie gefiltert
transfer-export-run = Speichern unter …
transfer-exporting = Wird exportiert
transfer-exported =
    { $count ->
        [0] Keine Sitzung wurde nach { $file } exportiert
        [one] { $count } Sitzung wurde nach { $file } exportiert
       *[other] { $count } Sitzungen wurden nach { $file } exportiert
    }
transfer-left-out =
    { $count ->
        [one] { $count } Sitzung ist noch nicht zu Ende und fehlt darin
       *[other] { $count } Sitzungen sind noch nicht zu Ende und fehlen darin
    }

## Sicherungen

transfer-backups = Sicherungen
transfer-backups-intro = Zafu legt jeden Tag eine Sicherung an und eine vor jedem Import. Die letzten bleiben auf diesem Gerät erhalten.
transfer-backup-make = Jetzt sichern
transfer-backup-daily = Täglich
transfer-backup-migration = Vor einer Aktualisierung
transfer-backup-import = Vor einem Import
transfer-backup-manual = Von dir angelegt
transfer-backup-unreadable = nicht lesbar
transfer-backups-all = Alle { $count } zeigen
transfer-backup-made = Eine Sicherung wurde angelegt.
transfer-restore = Wiederherstellen
transfer-restore-of = Sicherung vom { $when } wiederherstellen
transfer-restore-title = Sicherung vom { $when } wiederherstellen?
transfer-restore-has =
    { $count ->
        [one] Die Sicherung hat { $count } Sitzung.
       *[other] Die Sicherung hat { $count } Sitzungen.
    }
transfer-restore-missing =
    { $count ->
        [one] { $count } Sitzung des Protokolls ist nicht darin und fehlt danach im Protokoll:
       *[other] { $count } Sitzungen des Protokolls sind nicht darin und fehlen danach im Protokoll:
    }
transfer-restore-missing-more =
    { $count ->
        [one] und { $count } ältere
       *[other] und { $count } ältere
    }
transfer-restore-changed =
    { $count ->
        [one] { $count } Sitzung wurde seitdem geändert und ist danach wieder wie damals.
       *[other] { $count } Sitzungen wurden seitdem geändert und sind danach wieder wie damals.
    }
transfer-restore-returning =
    { $count ->
        [one] { $count } Sitzung, die jetzt nicht im Protokoll ist, ist danach wieder darin.
       *[other] { $count } Sitzungen, die jetzt nicht im Protokoll sind, sind danach wieder darin.
    }
transfer-restore-labels =
    { $count ->
        [one] { $count } Art wurde seitdem geändert und ist danach wieder wie damals.
       *[other] { $count } Arten wurden seitdem geändert und sind danach wieder wie damals.
    }
transfer-restore-presets =
    { $count ->
        [one] { $count } Vorlage wurde seitdem geändert und ist danach wieder wie damals.
       *[other] { $count } Vorlagen wurden seitdem geändert und sind danach wieder wie damals.
    }
transfer-restore-settings = Einstellungen wurden seitdem geändert und sind danach wieder wie damals.
transfer-restore-same = Seitdem hat sich nichts geändert.
transfer-restore-kept = Was jetzt da ist, bleibt in einer Datei daneben erhalten. Zafu schließt sich und öffnet sich wieder.
transfer-restore-sync = Der nächste Abgleich bringt zurück, was dein Konto hat.
transfer-restore-confirm = Sicherung wiederherstellen
transfer-restored = Die Sicherung wurde wiederhergestellt. Was vorher da war, ist als { $path } erhalten.
transfer-restored-plain = Die Sicherung wurde wiederhergestellt.
