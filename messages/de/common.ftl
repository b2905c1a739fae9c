## Lengths of time and counts, shown alone or inside other texts

common-minutes =
    { $count ->
        [one] { $count } Minute
       *[other] { $count } Minuten
    }
common-seconds =
    { $count ->
        [one] { $count } Sekunde
       *[other] { $count } Sekunden
    }
common-sits =
    { $count ->
        [one] { $count } Sitzung
       *[other] { $count } Sitzungen
    }
common-hours-short = { $count } h
common-minutes-short = { $count } min
common-seconds-short = { $count } s

## Buttons

common-done = Fertig
common-cancel = Abbrechen
common-save = Speichern
common-undo = Rückgängig
common-back = Zurück
common-back-to-timer = Zurück zum Timer
common-close-notice = Diese Meldung schließen

## Notices

common-notice-count = { $count } Meldungen
common-invitation-later = Eine Einladung wurde geöffnet. Sie wird nach der Sitzung gezeigt.

## Files that are dragged over the window

common-drop-files = Leg die Dateien ab, um ihre Sitzungen zu importieren
