setup-open-settings = Einstellungen
setup-open-log = Frühere Sitzungen
setup-title = Neue Sitzung
setup-length = Länge
setup-kind-timed = Auf Zeit
setup-kind-open = Offen
setup-kind-until = Bis
setup-minutes = Minuten
setup-shorter = Kürzer
setup-longer = Länger
setup-length-invalid = Eine Länge von einer Sekunde bis zu einem Tag: 25, 1:30, 90 s, 1 h 15.
setup-until-time = Um diese Zeit enden
setup-until-invalid = Eine Uhrzeit: 07:30.
setup-open-text = Bis du sie beendest
setup-open-hint = Der Lotos öffnet sich, immer langsamer
setup-until-hint = Nach der Uhr dieses Rechners
setup-preset = Sitzung
setup-preset-default = Wie gewohnt
setup-preset-changed = Geändert
setup-preset-save = Als Vorlage behalten
setup-preparation = Vorbereitung
setup-bells = Glocken
setup-overtime = Nach dem Ende
setup-start = Beginnen
setup-unsettled =
    { $count ->
        [one] Eine Sitzung wartet auf dein Wort
       *[other] { $count } Sitzungen warten auf dein Wort
    }
setup-overtime-ask = Messen, dann fragen
setup-overtime-always = Messen und anrechnen
setup-overtime-never = Am Ende aufhören
setup-preset-title = Als Vorlage behalten
setup-preset-name = Name
