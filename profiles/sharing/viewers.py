"""Who looks, as those whom they look at may be looked at by them."""

from uuid import UUID

from animecollections.api.views import ApiViewSet
from animecollections.viewer import Link, Viewer
from profiles.following.reads import as_follower


def viewer_of(view: ApiViewSet, owner_id: UUID, link: Link | None = None) -> Viewer:
    """Who sent this request. 404 where one of the two blocks the other. A token sees
    as a follower by its scope.
    """
    viewer = Viewer(hides_mature=view.asker.hides_mature, link=link)
    if not view.request.user.is_authenticated:
        return viewer
    may = view.has_scope("following:read")
    return as_follower(viewer, owner_id, view.user_id, may=may)
