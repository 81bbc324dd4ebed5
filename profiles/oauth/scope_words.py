"""What each scope lets an app do, for the person who decides, in their language."""

from animecollections.scopes import SCOPES

SPANISH = {
    "export": "Exportar las listas.",
    "feeds": "Ver qué fuentes hay de los estrenos de la lista, y cerrarlas.",
    "history:read": "Leer el historial de búsquedas.",
    "history:write": "Añadir al historial de búsquedas, y borrarlo.",
    "import": "Preparar y aplicar importaciones de listas.",
    "list:read": "Leer la lista y su historial.",
    "list:write": "Cambiar la lista, y deshacer cambios.",
    "live": "Recibir los cambios en directo.",
    "profile:read": "Leer el perfil, las preferencias y las imágenes subidas.",
    "profile:write": "Cambiar el perfil, las preferencias y las imágenes.",
    "stats:read": "Leer las estadísticas.",
    "watched:write": "Añadir al diario de lo visto y cuándo, y corregirlo.",
}


def sentence_of(scope: str, language: str) -> str:
    """A scope that nobody has translated yet is said in English."""
    return SPANISH.get(scope, SCOPES[scope]) if language == "es" else SCOPES[scope]
