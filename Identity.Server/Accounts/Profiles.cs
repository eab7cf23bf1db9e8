using Identity.Server.Data;
using Identity.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Identity.Server.Accounts;

/// <summary>Writes what people say of themselves.</summary>
internal sealed class Profiles(IdentityStore store, TimeProvider clock, ILogger<Profiles> logger)
{
    /// <param name="account">As the form showed it.</param>
    /// <param name="edit">Without mistakes.</param>
    /// <param name="cancellationToken">The request's.</param>
    public async Task SaveAsync(Account account, ProfileEdit edit, CancellationToken cancellationToken)
    {
        if (edit.Equals(ProfileEdit.Of(account)))
        {
            return;
        }

        var (address, now) = (edit.Address(account), clock.GetUtcNow());
        await store.WriteAsync(
            db => db.Accounts.Where(row => row.Id == account.Id).ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Name, edit["name"])
                    .SetProperty(row => row.FamilyName, edit["family_name"])
                    .SetProperty(row => row.GivenName, edit["given_name"])
                    .SetProperty(row => row.MiddleName, edit["middle_name"])
                    .SetProperty(row => row.Nickname, edit["nickname"])
                    .SetProperty(row => row.Gender, edit["gender"])
                    .SetProperty(row => row.Birthdate, edit["birthdate"])
                    .SetProperty(row => row.Zoneinfo, edit["zoneinfo"])
                    .SetProperty(row => row.Locale, edit["locale"])
                    .SetProperty(row => row.Website, edit["website"])
                    .SetProperty(row => row.Address, address)
                    .SetProperty(row => row.UpdatedAt, now),
                cancellationToken),
            cancellationToken);
        AuditLog.ProfileChanged(logger, account.Subject);
    }
}
