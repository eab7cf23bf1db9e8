using Identity.Server.Accounts;
using Identity.Tests.Support;

namespace Identity.Tests.Server.Token;

public sealed class PasswordGrantTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_person_signs_in_by_user_name_mailbox_or_phone_number()
    {
        var account = await host.AddAccountAsync(new NewAccount { UserName = "李雷", Email = "Lei@Example.com", EmailVerified = true, PhoneNumber = "13800138000", PhoneNumberVerified = true });
        foreach (var name in new[] { "李雷", "lei@example.COM", "13800138000", "+8613800138000" })
        {
            var answer = await host.SignInAsync("web", name);
            Assert.Equal(200, answer.Status);
            Assert.Equal(account.Subject, Jwt.Payload(answer.AccessToken).GetProperty("sub").GetString());
        }
    }
}
