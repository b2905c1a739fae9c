# The findings of `zafu doctor`.
