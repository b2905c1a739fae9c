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
        [one] { $written } Sitzung
       *[other] { $written } Sitzungen
    }
common-minutes-short = { $count } min
common-seconds-short = { $count } s
common-hours-short = { $count } h
common-none = Keine
common-done = Fertig
common-cancel = Abbrechen
common-save = Sichern
common-undo = Rückgängig
common-back-to-timer = Zurück zum Sitzen
common-back = Zurück
common-close-notice = Diese Meldung schließen
common-notice-count = { $count } Meldungen
