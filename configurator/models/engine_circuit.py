from django.db import models

from config.outbox.work_item import WorkItem


class EngineCircuit(WorkItem):
    """The circuit of one model: work to be done when it is published, an artefact afterwards.

    Known by the hash of the model alone, so versions with the same content share it. Without an
    artefact the solver answers, completely too but slower; `outcome` says why there is none.
    """

    ir_sha256 = models.CharField(max_length=64, unique=True)
    artefact = models.BinaryField(null=True, editable=False)
    outcome = models.CharField(max_length=300, blank=True)

    class Meta(WorkItem.Meta):
        pass

    def __str__(self) -> str:
        return self.ir_sha256[:12]
