## The page on which a sit is prepared and started

setup-title = New sit
setup-open-partner = Partner
setup-open-settings = Settings
setup-open-log = Past sits
setup-start = Start
# Opens the question about a sit during which the computer slept or Zafu did not run
setup-unsettled =
    { $count ->
        [one] One sit needs your answer
       *[other] { $count } sits need your answer
    }

# The sits of today, if the user wants it. Today: 2 sits, 45 min
setup-today = Today: { $sits }, { $length }

## Length of the sit

setup-length = Length
# The three kinds stand side by side in a narrow row
setup-kind-timed = Timed
setup-kind-open = Open-ended
setup-kind-until = Until
# Stands below the number of minutes
setup-minutes = minutes
setup-shorter = Shorter
setup-longer = Longer
setup-length-invalid = Enter a length from 1 second to 24 hours, such as 25, 1:30, 90 s or 1 h 15
setup-open-text = Until you end it
setup-open-hint = The lotus opens ever more slowly
setup-until-time = End time
setup-until-hint = By this computer’s clock
setup-until-invalid = Enter a time of day, such as 07:30

## Preset, preparation, bells and overtime

setup-preset = Preset
# The preset that is there from the start; it is edited in the settings
setup-preset-default = My usual sit
# Shown instead of a preset’s name once the sit differs from it
setup-preset-changed = Changed
setup-preset-save = Save as preset
setup-preset-title = Save this sit as a preset
setup-preset-name = Name
setup-preparation = Preparation
# Choice of the preparation: it takes no time
setup-preparation-none = None
setup-bells = Bells
# What happens once the planned time is over
setup-overtime = After the end
setup-overtime-ask = Keep timing, then ask
setup-overtime-always = Keep timing and add
setup-overtime-never = Stop at the end
