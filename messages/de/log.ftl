## The list of past sits

log-title = Frühere Sitzungen
log-empty = Noch keine Sitzungen. Deine erste Sitzung wird hier stehen.
log-no-match = Keine Sitzung erfüllt diese Bedingungen.
log-found =
    { $count ->
        [one] Eine Sitzung erfüllt diese Bedingungen.
       *[other] { $count } Sitzungen erfüllen diese Bedingungen.
    }
log-found-more = Mehr als { $count } Sitzungen erfüllen diese Bedingungen.
log-day-total =
    { $count ->
        [one] { $count } Sitzung · { $time }
       *[other] { $count } Sitzungen · { $time }
    }
log-day-whole = Ganzer Tag: { $total }
log-when = { $day }, { $time }
log-newest = Zu den neuesten Sitzungen

## Commands

log-add = Sitzung hinzufügen
log-menu = Mehr
log-menu-select = Sitzungen auswählen
log-menu-jump = Zu einem Datum …
log-menu-labels = Arten …
log-menu-shortcuts = Tastenkürzel …

## The filter: conditions that the listed sits meet

log-words = Notizen und Arten durchsuchen
log-filter = Filter
log-filter-count =
    { $count ->
        [one] Filter, { $count } Bedingung
       *[other] Filter, { $count } Bedingungen
    }
log-filter-active = Bedingungen
log-filter-clear = Filter aufheben
log-chip-remove = Bedingung entfernen: { $condition }
log-chip-words = „{ $words }“
log-filter-labels = Arten
log-label-none = Ohne Art
log-filter-shortest = Mindestens
log-filter-longest = Höchstens
log-filter-any = beliebig
log-filter-time = Tageszeit
log-filter-days = Datum
log-filter-first = Von
log-filter-last = Bis
log-filter-reversed = Das ist weniger als das andere Ende: Keine Sitzung erfüllt beides.
log-filter-outcome = Ende
log-outcome-completed = Vollständig
log-outcome-early = Früher beendet
log-outcome-started = Nicht beendet
log-filter-source = Aufgezeichnet durch
log-source-timer = Timer
log-source-manual = Eingabe
log-source-import = Import
log-range = { $first } – { $last }
log-length-from = { $length } oder länger
log-length-to = { $length } oder kürzer
log-days-from = Seit { $day }
log-days-to = Bis { $day }
log-insight = Überblick
log-owner = Konto
log-owner-shown = Dieses Konto
log-owner-all = Alle Konten

## One sit: its length, then its state

log-of = { $sat } von { $planned }
log-complete = vollständig
log-ended-early = früher beendet
log-unsettled = braucht deine Antwort
log-running-elsewhere = läuft auf einem anderen Gerät
log-unfinished = auf dem anderen Gerät nicht beendet
log-manual = Selbst eingetragen
log-imported = Importiert
log-other-device = Von einem anderen Gerät
log-corrected = Berichtigt
log-edit = Sitzung bearbeiten: { $when }
log-delete = Sitzung löschen: { $when }
log-select = Sitzung auswählen: { $when }

## Sits that are selected

log-selection = Ausgewählte Sitzungen
log-selection-none = Keine ausgewählt
log-selection-count = { $count } ausgewählt
log-selection-all = Alle
log-selection-all-hint = Alle Sitzungen dieser Liste auswählen
log-selection-ask =
    { $count ->
        [one] { $count } Sitzung löschen?
       *[other] { $count } Sitzungen löschen?
    }
log-selection-ask-text = Sie werden auf allen deinen Geräten gelöscht. Rückgängig machen kannst du das, bis du Zafu beendest.
log-selection-ask-confirm =
    { $count ->
        [one] { $count } Sitzung löschen
       *[other] { $count } Sitzungen löschen
    }
log-selection-label = Art …
log-selection-clear = Auswahl aufheben
log-selection-delete =
    { $count ->
        [one] Die ausgewählte Sitzung löschen
       *[other] { $count } ausgewählte Sitzungen löschen
    }
log-label-title =
    { $count ->
        [one] Art der Sitzung
       *[other] Art von { $count } Sitzungen
    }
log-label-remove = Art entfernen

## Dialog that adds or edits a sit

log-add-title = Sitzung hinzufügen
log-edit-title = Sitzung bearbeiten
log-edit-delete = Löschen
log-day = Datum
log-day-hint = 23.11.2026
log-day-invalid = Gib ein Datum des Kalenders ein, etwa 23.11.2026.
log-time = Beginn
log-time-invalid = Gib eine Uhrzeit von 00:00 bis 23:59 ein, etwa 07:30.
log-length-hint = 25 oder 1 h 15
log-future = Diese Sitzung würde in der Zukunft enden. Prüfe Datum, Beginn und Länge.
log-offset = Ortszeit
log-offset-here = { $offset }, wie hier
log-open-hint = Beginn und Länge kannst du ändern, sobald du die Frage zu dieser Sitzung beantwortet hast.
log-unfinished-hint = Beginn und Länge kannst du ändern, sobald diese Sitzung auf dem anderen Gerät beendet ist.

## Dialog that asks for a date

log-jump-title = Zu einem Datum
log-jump-go = Zeigen
log-jump-none = Am { $day } und davor gibt es keine Sitzungen. Die Liste ist unverändert.

## Changes, and what undoing them is called

log-added = Die Sitzung wurde hinzugefügt: { $when }.
log-added-hidden = Die Sitzung wurde hinzugefügt: { $when }. Der Filter zeigt sie nicht.
log-undo-add = Rückgängig: Sitzung hinzufügen, { $when }
log-edited = Die Sitzung wurde geändert: { $when }.
log-edited-hidden = Die Sitzung wurde geändert: { $when }. Der Filter zeigt sie nicht.
log-undo-edit = Rückgängig: Sitzung ändern, { $when }
log-deleted =
    { $count ->
        [one] Die Sitzung wurde gelöscht.
       *[other] { $count } Sitzungen wurden gelöscht.
    }
log-undo-delete =
    { $count ->
        [one] Rückgängig: die Sitzung löschen
       *[other] Rückgängig: { $count } Sitzungen löschen
    }
log-labelled =
    { $count ->
        [one] Die Art der Sitzung wurde geändert.
       *[other] Die Art von { $count } Sitzungen wurde geändert.
    }
log-undo-label =
    { $count ->
        [one] Rückgängig: Art der Sitzung ändern
       *[other] Rückgängig: Art von { $count } Sitzungen ändern
    }
log-label-created = Die Art „{ $name }“ wurde angelegt.
log-undo-label-create = Rückgängig: Art „{ $name }“ anlegen
log-label-changed = Die Art „{ $name }“ wurde geändert.
log-undo-label-change = Rückgängig: Art „{ $name }“ ändern
log-label-merged = Die Sitzungen der Art „{ $from }“ haben jetzt die Art „{ $into }“.
log-undo-label-merge = Rückgängig: „{ $from }“ mit „{ $into }“ zusammenführen
log-label-deleted = Die Art „{ $name }“ wurde gelöscht. Ihre Sitzungen sind geblieben.
log-undo-label-delete = Rückgängig: Art „{ $name }“ löschen

## Labels

log-labels = Arten
log-labels-empty = Noch keine Arten. Eine Art sagt, was für eine Sitzung es war, etwa Zazen oder Metta.
log-label-create = Neue Art
log-label-edit-title = Art bearbeiten
log-label-name = Name
log-label-name-missing = Gib einen Namen ein.
log-label-name-long = Dieser Name ist zu lang.
log-label-colour = Farbe
log-label-shape = Form
log-label-new-hint = Diese Art wird neu angelegt.
log-label-edit = Art „{ $name }“ bearbeiten
log-label-delete = Art „{ $name }“ löschen
log-label-sits = Sitzungen der Art „{ $name }“ zeigen
log-label-taken = Die Art „{ $name }“ gibt es schon. Wähle einen anderen Namen.
log-label-taken-merge = Die Art „{ $name }“ gibt es schon. Wähle einen anderen Namen, oder führe „{ $from }“ mit ihr zusammen.
log-label-into = Zusammenführen mit
log-label-into-none = –
log-label-merge = Zusammenführen
log-label-merge-hint = Alle Sitzungen der Art „{ $from }“ haben dann die Art „{ $into }“. Du kannst das rückgängig machen.
log-colour-red = Rot
log-colour-orange = Orange
log-colour-yellow = Gelb
log-colour-green = Grün
log-colour-teal = Petrol
log-colour-blue = Blau
log-colour-violet = Violett
log-colour-pink = Rosa
log-shape-circle = Kreis
log-shape-square = Quadrat
log-shape-triangle = Dreieck
log-shape-diamond = Raute
log-shape-star = Stern
log-shape-cross = Kreuz

## Keyboard shortcuts

log-keys-title = Tastenkürzel
log-keys-page = In der Liste
log-keys-row = Auf einer Sitzung
log-key-control = Strg
log-key-shift = Umschalt
log-key-space = Leertaste
log-key-enter = Eingabe
log-key-delete = Entf
log-key-home = Pos1
log-key-end = Ende
log-key-escape = Esc
log-key-with = { $held }+{ $key }
log-keys-search = Notizen und Arten durchsuchen
log-keys-jump = Zu einem Datum
log-keys-add = Sitzung hinzufügen
log-keys-undo = Letzte Änderung rückgängig machen
log-keys-all = Alle Sitzungen dieser Liste auswählen
log-keys-escape = Auswahl aufheben, oder zurück zum Timer
log-keys-help = Diese Tastenkürzel zeigen
log-keys-move = Vorige oder nächste Sitzung
log-keys-extend = Mehrere Sitzungen auswählen
log-keys-select = Auswählen oder abwählen
log-keys-edit = Bearbeiten
log-keys-label = Art festlegen
log-keys-delete = Löschen
log-keys-ends = Neueste Sitzung, oder letzte geladene
