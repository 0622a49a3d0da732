"""How collected static files are named: by their content, ES modules that import others too."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleAwareStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites `import … from "./other.js"`, so that a module never meets an older sibling."""

    support_js_module_import_aggregation = True
