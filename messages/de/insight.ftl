## The page with totals and charts of all sits

insight-title = Überblick
insight-empty = Noch keine Sitzungen. Nach deiner ersten Sitzung zeigt diese Seite, wann und wie lange du sitzt.
insight-period = Zeitraum
insight-period-all = Alle Jahre
insight-in-year = im Jahr { $year }
insight-in-all = in allen Jahren

## Totals: a heading, then lengths and counts

insight-total = Insgesamt
insight-this-week = Diese Woche
insight-last-week = Letzte Woche
insight-this-month = Dieser Monat
insight-last-month = Letzter Monat
insight-no-sits = keine Sitzung
insight-days = Tage mit Sitzung
insight-days-of = { $days } von { $span }
insight-streak =
    { $count ->
        [one] { $count } Tag in Folge
       *[other] { $count } Tage in Folge
    }
insight-streak-longest =
    { $count ->
        [one] Am längsten: { $count } Tag
       *[other] Am längsten: { $count } Tage
    }
insight-hours =
    { $count ->
        [one] { $count } Stunde
       *[other] { $count } Stunden
    }
insight-hours-minutes = { $hours } { $minutes }

## Every chart

insight-show-table = Tabelle
insight-show-chart = Diagramm
insight-save = Als Bild speichern
insight-save-of = Als Bild speichern: { $name }
insight-save-as = Speichern als
insight-save-named = { $format }: { $name }
insight-show-table-of = Tabelle: { $name }
insight-show-chart-of = Diagramm: { $name }
insight-key = Taste: T
insight-keys = Die Pfeiltasten bewegen dich im Diagramm. T wechselt zur Tabelle.
insight-mark = { $name }: { $sits }, { $length }
insight-mark-count = { $name }: { $sits }
insight-mark-none = { $name }: keine Sitzung
insight-mark-labels = { $mark }; { $labels }
insight-mark-label = { $label } { $length }
insight-range = { $from } – { $to }
insight-nothing = Keine Sitzungen in diesem Zeitraum.
insight-label-none = Ohne Art
insight-label-others = Andere Arten

## Columns of the tables

insight-column-day = Tag
insight-column-week = Woche
insight-column-month = Monat
insight-column-year = Jahr
insight-column-sits = Sitzungen
insight-column-time = Zeit
insight-column-start = Beginn
insight-column-length = Dauer
insight-column-label = Art

## The year, day by day

insight-year-title = { $year }, Tag für Tag
insight-year-sentence = Du hast an { $days } von { $span } Tagen gesessen, üblicherweise { $usual } am Tag.
insight-year-sentence-since = Du hast seit dem { $since } an { $days } von { $span } Tagen gesessen, üblicherweise { $usual } am Tag.
insight-year-none = Keine Sitzungen im Jahr { $year }.
insight-level-none = keine Sitzung
insight-level-below = unter { $to }
insight-level-range = { $from } bis { $to }
insight-level-from = ab { $from }

## Time sat

insight-bars-title = Gesessene Zeit
insight-bars-grain = Zeitraum jedes Balkens
insight-bars-week = Wochen
insight-bars-month = Monate
insight-bars-year = Jahre
insight-bars-labels = Nach Art
insight-bars-sentence-week = { $length } { $period }, in { $sits }. Die Woche mit der meisten Zeit: { $when }, { $most }.
insight-bars-sentence-month = { $length } { $period }, in { $sits }. Der Monat mit der meisten Zeit: { $when }, { $most }.
insight-bars-sentence-year = { $length } in allen Jahren, in { $sits }. Das Jahr mit der meisten Zeit: { $when }, { $most }.

## Time of day, length, labels, weekdays

insight-times-title = Tageszeit
insight-times-sentence = { $count } von { $sits } begannen zwischen { $from } und { $to } Uhr.
insight-lengths-title = Dauer einer Sitzung
insight-lengths-sentence = Die Hälfte von { $sits } dauerte { $from } bis { $to }.
insight-lengths-from = ab { $from }
insight-labels-title = Arten
insight-labels-sentence = Am meisten Zeit: { $label }, { $length } von { $total }.
insight-weekdays-title = Wochentage
insight-weekdays-sentence = Du hast in den { $weeks } Wochen bis { $until } an { $days } von { $span } Tagen gesessen.
insight-weekdays-sentence-since = Du hast seit dem { $since } an { $days } von { $span } Tagen gesessen.
insight-weekdays-weeks = Wochen
insight-weekdays-of = { $weeks } von { $of }

## Observations: a statement, then the sits that it rests on

insight-observations = Was die Sitzungen zeigen
insight-observe-time = Du beginnst meist zwischen { $from } und { $to } Uhr.
insight-observe-time-basis = { $count } von { $sits } { $period } begannen in dieser Zeit.
insight-observe-length = Eine übliche Sitzung dauert { $length }.
insight-observe-length-basis = Die Hälfte von { $sits } { $period } dauerte { $from } bis { $to }.
insight-observe-weekday = Am häufigsten sitzt du am { $weekday }.
insight-observe-weekday-basis = In { $count } der { $weeks } Wochen bis { $until }.
