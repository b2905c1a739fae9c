## The page on which a sit is prepared and started

setup-title = Neue Sitzung
setup-open-partner = Partner
setup-open-settings = Einstellungen
setup-open-log = Frühere Sitzungen
setup-start = Beginnen
setup-unsettled =
    { $count ->
        [one] Eine Sitzung braucht deine Antwort
       *[other] { $count } Sitzungen brauchen deine Antwort
    }

setup-today = Heute: { $sits }, { $length }

## Length of the sit

setup-length = Dauer
setup-kind-timed = Auf Zeit
setup-kind-open = Offen
setup-kind-until = Bis
setup-minutes = Minuten
setup-shorter = Kürzer
setup-longer = Länger
setup-length-invalid = Gib eine Dauer von 1 Sekunde bis 24 Stunden ein, etwa 25, 1:30, 90 s oder 1 h 15
setup-open-text = Bis du sie beendest
setup-open-hint = Der Lotos öffnet sich immer langsamer
setup-until-time = Endzeit
setup-until-hint = Nach der Uhr dieses Computers
setup-until-invalid = Gib eine Uhrzeit ein, etwa 07:30

## Preset, preparation, bells and overtime

setup-preset = Vorlage
setup-preset-default = Wie gewohnt
setup-preset-changed = Geändert
setup-preset-save = Als Vorlage speichern
setup-preset-title = Als Vorlage speichern
setup-preset-name = Name
setup-preparation = Vorbereitung
setup-preparation-none = Keine
setup-bells = Glocken
setup-overtime = Nach dem Ende
setup-overtime-ask = Weiter messen, dann fragen
setup-overtime-always = Weiter messen und anrechnen
setup-overtime-never = Am Ende aufhören
